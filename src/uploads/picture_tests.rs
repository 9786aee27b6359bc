use proptest::prelude::*;

use super::*;

fn jpeg(width: u16, height: u16) -> Vec<u8> {
    let [w, h] = [width, height].map(u16::to_be_bytes);
    [b"\xff\xd8\xff\xe0\0\x04JF\xff\xc0\0\x11\x08", &h[..], &w, b"\x03\x01\x22\0"].concat()
}

fn png(width: u32, height: u32) -> Vec<u8> {
    let [w, h] = [width, height].map(u32::to_be_bytes);
    [b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR", &w[..], &h, b"\x08\x06\0\0\0"].concat()
}

fn gif(width: u16, height: u16) -> Vec<u8> {
    let [w, h] = [width, height].map(u16::to_le_bytes);
    [b"GIF89a", &w[..], &h, b"\0\0\0"].concat()
}

fn webp(width: u32, height: u32) -> Vec<u8> {
    let [w, h] = [width - 1, height - 1].map(u32::to_le_bytes);
    [b"RIFF\x1e\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0", &w[..3], &h[..3]].concat()
}

fn boxed(name: &[u8; 4], held: &[u8]) -> Vec<u8> {
    let length = u32::try_from(held.len() + 8).unwrap().to_be_bytes();
    [&length[..], name, held].concat()
}

fn avif(sizes: &[(u32, u32)]) -> Vec<u8> {
    let size = |(w, h): &(u32, u32)| boxed(b"ispe", &[[0; 4], w.to_be_bytes(), h.to_be_bytes()].concat());
    let sizes: Vec<u8> = sizes.iter().flat_map(size).collect();
    let held = boxed(b"iprp", &boxed(b"ipco", &sizes));
    let meta = boxed(b"meta", &[&[0; 4][..], &held].concat());
    [boxed(b"ftyp", b"avif\0\0\0\0avifmif1"), meta, boxed(b"mdat", b"picture")].concat()
}

fn code(head: &[u8]) -> &'static str {
    Picture::of(head).err().map_or("taken", |problem| problem.code)
}

#[test]
fn each_kind_is_told_by_its_own_bytes() {
    let all = [jpeg(640, 480), png(640, 480), webp(640, 480), gif(640, 480), avif(&[(640, 480), (64, 48)])];
    for (bytes, kind) in all.iter().zip(&KINDS) {
        let picture = Picture::of(bytes).unwrap();
        assert_eq!((picture.kind, picture.width, picture.height), (kind, 640, 480));
    }
}

#[test]
fn what_is_no_picture_is_not_taken_whatever_it_is_called() {
    let drawings =
        [&b"<svg xmlns='http://www.w3.org/2000/svg'>"[..], b" \n<?xml version='1.0'?><svg>", b"\xef\xbb\xbf<svg>"];
    let others = [
        &b""[..],
        b"GIF",
        b"BM",
        b"%PDF-1.7",
        b"PK\x03\x04",
        b"II*\0\x08\0\0\0\0\0\0\0",
        b"\0\0\0\x18ftypheic\0\0\0\0heic",
    ];
    for bytes in drawings.into_iter().chain(others).chain([&b"\0\0\0\x20ftypisom\0\0\x02\0isomiso2avc1mp41"[..]]) {
        assert_eq!(code(bytes), "unknown_picture", "{:?}", String::from_utf8_lossy(bytes));
    }
    assert!(Picture::of(drawings[0]).unwrap_err().detail.contains("export it as PNG"));
}

#[test]
fn a_bomb_is_known_by_its_header() {
    for bomb in [jpeg(65_535, 65_535), png(u32::MAX, u32::MAX), png(16_385, 1), png(1, 16_385), png(10_000, 5_001)] {
        assert_eq!(code(&bomb), "picture_too_large");
    }
    for bomb in
        [webp(16_777_216, 1), gif(50_000, 50_000), avif(&[(640, 480), (65_536, 65_536)]), avif(&[(u32::MAX, 9)])]
    {
        assert_eq!(code(&bomb), "picture_too_large");
    }
    for largest in [png(10_000, 5_000), png(16_384, 3_051), jpeg(16_384, 1)] {
        assert_eq!(code(&largest), "taken");
    }
}

#[test]
fn a_header_that_is_cut_off_or_says_nothing_is_broken() {
    for (whole, least) in [(jpeg(640, 480), 17), (png(640, 480), 24), (webp(640, 480), 30), (gif(640, 480), 12)] {
        assert_eq!(code(&whole[..least]), "taken");
        for cut in 12..least {
            assert_eq!(code(&whole[..cut]), "broken_picture", "{cut} of {least}");
        }
    }
    for none in [jpeg(0, 480), png(640, 0), gif(0, 0), avif(&[]), avif(&[(0, 5)])] {
        assert_eq!(code(&none), "broken_picture");
    }
    // Segments that say no length, and one that leads beyond the end.
    for wrong in [
        &b"\xff\xd8\xff\xe0\0\0\0\0\0\0\0\0\0\0"[..],
        b"\xff\xd8\xff\xe0\0\x01\xff\xe0\0\x01\xff\xe0\0\x01",
        b"\xff\xd8\xff\xe0\xff\xff\0\0\0\0\0\0",
    ] {
        assert_eq!(code(wrong), "broken_picture");
    }
}

proptest! {
    /// Whatever follows a good beginning, it is answered, and never with more than is allowed.
    #[test]
    fn no_bytes_do_harm(which in 0..5_usize, at in 0..80_usize, bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let all = [jpeg(640, 480), png(640, 480), webp(640, 480), gif(640, 480), avif(&[(640, 480)])];
        let mut head = all[which].clone();
        head.truncate(at.max(12));
        head.extend(bytes);
        if let Ok(picture) = Picture::of(&head) {
            prop_assert!(picture.width <= MAX_SIDE && picture.height <= MAX_SIDE);
            prop_assert!(picture.width * picture.height <= MAX_PIXELS);
        }
    }
}
