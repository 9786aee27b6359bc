//! Whether a barcode is a Global Trade Item Number: GS1 General Specifications,
//! section 7.9, the check digit.

/// The barcode if it has 8, 12, 13 or 14 digits of which the last is the check
/// digit of the others.
pub fn gtin(barcode: Option<&str>) -> Option<&str> {
    let digits = barcode?.as_bytes();
    if !matches!(digits.len(), 8 | 12..=14) || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    // From the right: one, three, one, three times each digit.
    let weighted = digits.iter().rev().zip([1, 3].into_iter().cycle());
    let sum: u32 = weighted.map(|(digit, weight)| u32::from(digit.wrapping_sub(b'0')).wrapping_mul(weight)).sum();
    barcode.filter(|_| sum.is_multiple_of(10))
}

#[cfg(test)]
mod tests {
    use super::gtin;

    #[test]
    fn a_barcode_is_a_gtin_if_its_check_digit_is_right() {
        for right in ["4006381333931", "96385074", "036000291452", "10012345678902"] {
            assert_eq!(gtin(Some(right)), Some(right));
        }
        for wrong in ["4006381333932", "96385075", "400638133393", "", "4.01232E+12", "40063813339x1", "0000"] {
            assert_eq!(gtin(Some(wrong)), None, "{wrong}");
        }
        assert_eq!(gtin(None), None);
    }
}
