//! Which way up a camera was held, as Exif says (JEITA CP-3451, section 4.6.4):
//! browsers turn a JPEG accordingly, so its width is the height that it says.

/// Whether the picture that begins like this is shown turned by a quarter.
pub fn lies_on_its_side(jpeg: &[u8]) -> bool {
    segment(jpeg).and_then(orientation).is_some_and(|orientation| (5..=8).contains(&orientation))
}

/// The TIFF header and what follows it, of the first segment that has Exif (ITU-T T.81, annex B).
fn segment(jpeg: &[u8]) -> Option<&[u8]> {
    let mut rest = jpeg.get(2..)?;
    // What comes before the picture itself; each segment takes four bytes at least.
    while let [0xff, marker, high, low, ..] = *rest {
        let length = usize::from(u16::from_be_bytes([high, low])).max(2);
        let held = rest.get(4..2 + length)?;
        match (marker, held.strip_prefix(b"Exif\0\0")) {
            (0xe1, Some(tiff)) => return Some(tiff),
            // Start of scan.
            (0xda, _) => return None,
            _ => rest = rest.get(2 + length..)?,
        }
    }
    None
}

/// The tag "Orientation" of the first directory.
fn orientation(tiff: &[u8]) -> Option<u16> {
    const ORIENTATION: u16 = 0x0112;
    const ENTRY_BYTES: usize = 12;
    let little = match tiff.get(..4)? {
        b"II*\0" => true,
        b"MM\0*" => false,
        _ => return None,
    };
    let number = |at: usize| {
        let bytes: [u8; 2] = tiff.get(at..)?.get(..2)?.try_into().ok()?;
        Some(if little { u16::from_le_bytes(bytes) } else { u16::from_be_bytes(bytes) })
    };
    let (one, other) = (number(4)?, number(6)?);
    // A segment has less than 64 KiB: half of the offset is zero.
    let directory = usize::from(match (little, one, other) {
        (true, at, 0) | (false, 0, at) => at,
        _ => return None,
    });
    let entries = usize::from(number(directory)?);
    let mut places = (0..entries).map(|n| directory + 2 + n * ENTRY_BYTES);
    let entry = places.find(|at| number(*at) == Some(ORIENTATION))?;
    number(entry + 8)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The beginning of a JPEG with this orientation.
    fn turned(orientation: u16, little: bool) -> Vec<u8> {
        let number = |n: u16| if little { n.to_le_bytes() } else { n.to_be_bytes() };
        let long = |n: u16| if little { [number(n), [0, 0]].concat() } else { [[0, 0], number(n)].concat() };
        let tiff = [
            if little { b"II*\0".to_vec() } else { b"MM\0*".to_vec() },
            long(8),
            number(2).to_vec(),
            [number(0x010f).as_slice(), &number(2), &long(1), &[0; 4]].concat(),
            [number(0x0112).as_slice(), &number(3), &long(1), &number(orientation), &[0, 0]].concat(),
        ];
        let held = [b"Exif\0\0".to_vec(), tiff.concat()].concat();
        let length = u16::try_from(held.len() + 2).unwrap().to_be_bytes();
        [b"\xff\xd8\xff\xe0\0\x04JF\xff\xe1".to_vec(), length.to_vec(), held, b"\xff\xda\0\x02".to_vec()].concat()
    }

    #[test]
    fn a_picture_taken_upright_is_higher_than_it_says() {
        for little in [true, false] {
            let sideways: Vec<_> = (0..=9).filter(|n| lies_on_its_side(&turned(*n, little))).collect();
            assert_eq!(sideways, [5, 6, 7, 8]);
        }
    }

    #[test]
    fn whatever_is_cut_off_or_wrong_says_nothing() {
        let whole = turned(6, false);
        let last = whole.len() - 7;
        for cut in 0..last {
            assert!(!lies_on_its_side(&whole[..cut]), "{cut}");
        }
        for at in 0..whole.len() {
            for byte in [0, 1, 0x7f, 0xff] {
                let mut wrong = whole.clone();
                wrong[at] = byte;
                lies_on_its_side(&wrong);
            }
        }
    }
}
