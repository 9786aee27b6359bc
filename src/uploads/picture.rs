//! What a picture is, by its first bytes alone: neither a name nor a content
//! type that came along is believed.

use imagesize::{Compression, ImageType};

use super::error::{BROKEN_PICTURE, PICTURE_TOO_LARGE, UNKNOWN_PICTURE};
use super::exif;
use crate::problem::Problem;

/// The most bytes of a picture.
pub const MAX_BYTES: u32 = 10_000_000;
/// How many of its first bytes are looked at. Cameras put up to 64 KiB each of
/// Exif, a profile and a preview before the picture's size.
pub const HEAD: u32 = 256 * 1024;
/// The most pixels of a side; WebP has no more.
const MAX_SIDE: u32 = 16_384;
/// The most pixels: in memory each takes four bytes, so 200 MB of a buyer's.
const MAX_PIXELS: u32 = 50_000_000;

/// A kind of picture that every browser shows and that runs nothing. SVG is a
/// document, with scripts and addresses in it, so it is none.
#[derive(Debug, PartialEq)]
pub struct Kind {
    /// Of names.
    pub ending: &'static str,
    pub media_type: &'static str,
}

pub static KINDS: [Kind; 5] = [
    Kind { ending: "jpg", media_type: "image/jpeg" },
    Kind { ending: "png", media_type: "image/png" },
    Kind { ending: "webp", media_type: "image/webp" },
    Kind { ending: "gif", media_type: "image/gif" },
    Kind { ending: "avif", media_type: "image/avif" },
];

#[derive(Debug)]
pub struct Picture {
    pub kind: &'static Kind,
    /// In pixels, as it is shown.
    pub width: u32,
    pub height: u32,
}

impl Picture {
    /// `head`: at least its first [`HEAD`] bytes, or all of it.
    pub fn of(head: &[u8]) -> Result<Self, Problem> {
        let found = imagesize::image_type(head).ok();
        let place = match found {
            Some(ImageType::Jpeg) => 0,
            Some(ImageType::Png) => 1,
            Some(ImageType::Webp) => 2,
            Some(ImageType::Gif) => 3,
            Some(ImageType::Heif(Compression::Av1)) => 4,
            _ => return Err(unknown(head)),
        };
        let kind = KINDS.get(place).ok_or_else(|| unknown(head))?;
        let size = imagesize::blob_size(head).map_err(|_| broken())?;
        let side = |pixels: usize| u32::try_from(pixels).unwrap_or(u32::MAX);
        let (mut width, mut height) = (side(size.width), side(size.height));
        if width == 0 || height == 0 {
            return Err(broken());
        }
        within(width, height)?;
        match place {
            0 if exif::lies_on_its_side(head) => std::mem::swap(&mut width, &mut height),
            // Its header may say the sizes of several pictures; what was found is the largest, or
            // one beside a size that no multiplication holds.
            4 => sizes(head).try_for_each(|(width, height)| within(width, height))?,
            _ => {}
        }
        Ok(Self { kind, width, height })
    }
}

/// All that an AVIF says of sizes (ISO/IEC 23008-12, section 6.5.3).
fn sizes(head: &[u8]) -> impl Iterator<Item = (u32, u32)> {
    let number = |bytes: &[u8]| bytes.try_into().map_or(u32::MAX, u32::from_be_bytes);
    head.windows(16)
        .filter(|window| window.starts_with(b"ispe"))
        .filter_map(move |window| Some((number(window.get(8..12)?), number(window.get(12..)?))))
}

fn within(width: u32, height: u32) -> Result<(), Problem> {
    if width <= MAX_SIDE && height <= MAX_SIDE && width.saturating_mul(height) <= MAX_PIXELS {
        return Ok(());
    }
    let detail = format!(
        "the picture says that it is {width} pixels wide and {height} high; at most 16,384 a side and 50 million \
         together are taken: make it smaller"
    );
    Err(Problem::new(PICTURE_TOO_LARGE, detail))
}

fn broken() -> Problem {
    let detail = "the picture does not say how large it is: it is cut off, or has too much besides the picture in it; \
                  save it anew and send that";
    Problem::new(BROKEN_PICTURE, detail)
}

/// With what to do about those that people try.
fn unknown(head: &[u8]) -> Problem {
    let text = head.trim_ascii_start();
    let detail = if text.starts_with(b"<") || text.starts_with(b"\xef\xbb\xbf<") {
        "a drawing such as SVG may have scripts in it and is not taken; export it as PNG or WebP"
    } else if head.get(4..8) == Some(b"ftyp") {
        "few browsers show HEIC, and a film is no picture; save it as JPEG"
    } else if head.is_empty() {
        "send the picture's bytes as the body"
    } else {
        "not a picture that the shop takes: JPEG, PNG, WebP, GIF or AVIF"
    };
    Problem::new(UNKNOWN_PICTURE, detail)
}

#[cfg(test)]
#[path = "picture_tests.rs"]
mod tests;
