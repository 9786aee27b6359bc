//! The currencies of ISO 4217, today's and those that old amounts are in.
//!
//! Held against `rusty-money` by a test: in the Worker that crate would be 12 KB
//! of names and of arithmetic that integers do not need.

/// What is known of a currency: its code, how many decimals it has, and the
/// symbol by which people know it.
type Entry = ([u8; 3], u8, &'static str);

/// By their codes.
#[rustfmt::skip]
const ALL: [Entry; 189] = [
    (*b"AED", 2, "د.إ"), (*b"AFN", 2, "؋"), (*b"ALL", 2, "L"), (*b"AMD", 2, "դր."), (*b"ANG", 2, "ƒ"),
    (*b"AOA", 2, "Kz"), (*b"ARS", 2, "$"), (*b"AUD", 2, "$"), (*b"AWG", 2, "ƒ"), (*b"AZN", 2, "₼"),
    (*b"BAM", 2, "KM"), (*b"BBD", 2, "$"), (*b"BDT", 2, "৳"), (*b"BGN", 2, "лв."), (*b"BHD", 3, "د.ب"),
    (*b"BIF", 0, "Fr"), (*b"BMD", 2, "$"), (*b"BND", 2, "$"), (*b"BOB", 2, "Bs."), (*b"BOV", 2, "BOV"),
    (*b"BRL", 2, "R$"), (*b"BSD", 2, "$"), (*b"BTN", 2, "Nu."), (*b"BWP", 2, "P"), (*b"BYN", 2, "Br"),
    (*b"BYR", 0, "Br"), (*b"BZD", 2, "$"), (*b"CAD", 2, "$"), (*b"CDF", 2, "Fr"), (*b"CHE", 2, "CHE"),
    (*b"CHF", 2, "Fr"), (*b"CHW", 2, "CHW"), (*b"CLF", 4, "UF"), (*b"CLP", 0, "$"), (*b"CNY", 2, "¥"),
    (*b"COP", 2, "$"), (*b"COU", 2, "COU"), (*b"CRC", 2, "₡"), (*b"CUC", 2, "$"), (*b"CUP", 2, "$"),
    (*b"CVE", 2, "$"), (*b"CZK", 2, "Kč"), (*b"DJF", 0, "Fdj"), (*b"DKK", 2, "kr."), (*b"DOP", 2, "$"),
    (*b"DZD", 2, "د.ج"), (*b"EGP", 2, "ج.م"), (*b"ERN", 2, "Nfk"), (*b"ETB", 2, "Br"), (*b"EUR", 2, "€"),
    (*b"FJD", 2, "$"), (*b"FKP", 2, "£"), (*b"GBP", 2, "£"), (*b"GEL", 2, "ლ"), (*b"GHS", 2, "₵"),
    (*b"GIP", 2, "£"), (*b"GMD", 2, "D"), (*b"GNF", 0, "Fr"), (*b"GTQ", 2, "Q"), (*b"GYD", 2, "$"),
    (*b"HKD", 2, "$"), (*b"HNL", 2, "L"), (*b"HRK", 2, "kn"), (*b"HTG", 2, "G"), (*b"HUF", 0, "Ft"),
    (*b"IDR", 2, "Rp"), (*b"ILS", 2, "₪"), (*b"INR", 2, "₹"), (*b"IQD", 3, "ع.د"), (*b"IRR", 2, "﷼"),
    (*b"ISK", 0, "kr."), (*b"JMD", 2, "$"), (*b"JOD", 3, "د.ا"), (*b"JPY", 0, "¥"), (*b"KES", 2, "KSh"),
    (*b"KGS", 2, "som"), (*b"KHR", 2, "៛"), (*b"KMF", 0, "Fr"), (*b"KPW", 2, "₩"), (*b"KRW", 0, "₩"),
    (*b"KWD", 3, "د.ك"), (*b"KYD", 2, "$"), (*b"KZT", 2, "₸"), (*b"LAK", 2, "₭"), (*b"LBP", 2, "ل.ل"),
    (*b"LKR", 2, "₨"), (*b"LRD", 2, "$"), (*b"LSL", 2, "L"), (*b"LYD", 3, "ل.د"), (*b"MAD", 2, "د.م."),
    (*b"MDL", 2, "L"), (*b"MGA", 1, "Ar"), (*b"MKD", 2, "ден"), (*b"MMK", 2, "K"), (*b"MNT", 2, "₮"),
    (*b"MOP", 2, "P"), (*b"MRU", 1, "UM"), (*b"MUR", 2, "₨"), (*b"MVR", 2, "MVR"), (*b"MWK", 2, "MK"),
    (*b"MXN", 2, "$"), (*b"MXV", 2, "MXV"), (*b"MYR", 2, "RM"), (*b"MZN", 2, "MTn"), (*b"NAD", 2, "$"),
    (*b"NGN", 2, "₦"), (*b"NIO", 2, "C$"), (*b"NOK", 2, "kr"), (*b"NPR", 2, "रु"), (*b"NZD", 2, "$"),
    (*b"OMR", 3, "ر.ع."), (*b"PAB", 2, "B/."), (*b"PEN", 2, "S/"), (*b"PGK", 2, "K"), (*b"PHP", 2, "₱"),
    (*b"PKR", 2, "₨"), (*b"PLN", 2, "zł"), (*b"PYG", 0, "₲"), (*b"QAR", 2, "ر.ق"), (*b"ROL", 0, "ROL"),
    (*b"RON", 2, "RON"), (*b"RSD", 2, "РСД"), (*b"RUB", 2, "₽"), (*b"RWF", 0, "FRw"), (*b"SAR", 2, "ر.س"),
    (*b"SBD", 2, "$"), (*b"SCR", 2, "₨"), (*b"SDG", 2, "£"), (*b"SEK", 2, "kr"), (*b"SGD", 2, "$"),
    (*b"SHP", 2, "£"), (*b"SKK", 2, "Sk"), (*b"SLE", 2, "Le"), (*b"SLL", 2, "Le"), (*b"SOS", 2, "Sh"),
    (*b"SRD", 2, "$"), (*b"SSP", 2, "£"), (*b"STD", 2, "Db"), (*b"STN", 2, "Db"), (*b"SVC", 2, "₡"),
    (*b"SYP", 2, "£S"), (*b"SZL", 2, "E"), (*b"THB", 2, "฿"), (*b"TJS", 2, "ЅМ"), (*b"TMT", 2, "T"),
    (*b"TND", 3, "د.ت"), (*b"TOP", 2, "T$"), (*b"TRY", 2, "₺"), (*b"TTD", 2, "$"), (*b"TWD", 2, "$"),
    (*b"TZS", 2, "Sh"), (*b"UAH", 2, "₴"), (*b"UGX", 0, "USh"), (*b"USD", 2, "$"), (*b"USN", 2, "USN"),
    (*b"UYI", 0, "UYI"), (*b"UYU", 2, "$U"), (*b"UYW", 4, "UP"), (*b"UZS", 2, "so'm"), (*b"VED", 2, "Bs.D"),
    (*b"VES", 2, "Bs"), (*b"VND", 0, "₫"), (*b"VUV", 0, "Vt"), (*b"WST", 2, "T"), (*b"XAD", 2, "XAD"),
    (*b"XAF", 0, "CFA"), (*b"XAG", 0, "oz t"), (*b"XAU", 0, "oz t"), (*b"XBA", 0, ""), (*b"XBB", 0, ""),
    (*b"XBC", 0, ""), (*b"XBD", 0, ""), (*b"XCD", 2, "$"), (*b"XCG", 2, "ƒ"), (*b"XDR", 0, "SDR"),
    (*b"XOF", 0, "Fr"), (*b"XPD", 0, "oz t"), (*b"XPF", 0, "Fr"), (*b"XPT", 0, "oz t"), (*b"XSU", 0, "XSU"),
    (*b"XTS", 0, "oz t"), (*b"XUA", 0, "XUA"), (*b"XXX", 0, "XXX"), (*b"YER", 2, "﷼"), (*b"ZAR", 2, "R"),
    (*b"ZMK", 2, "ZK"), (*b"ZMW", 2, "K"), (*b"ZWG", 2, "ZiG"), (*b"ZWL", 2, "Z$"),
];

/// How many decimals the currency of this code has, and its symbol; none if
/// there is no such currency.
pub fn find(code: [u8; 3]) -> Option<(u8, &'static str)> {
    let place = ALL.binary_search_by_key(&code, |(code, ..)| *code).ok()?;
    ALL.get(place).map(|(_, decimals, symbol)| (*decimals, *symbol))
}

#[cfg(test)]
mod tests {
    use rusty_money::FormattableCurrency;
    use rusty_money::iso;

    use super::*;

    #[test]
    fn the_table_is_that_of_iso_4217() {
        let letters = || (b'A'..=b'Z').map(char::from);
        for code in letters().flat_map(|a| letters().flat_map(move |b| letters().map(move |c| [a, b, c]))) {
            let code: String = code.into_iter().collect();
            let known = iso::find(&code).map(|currency| (currency.exponent() as u8, currency.symbol()));
            assert_eq!(find(code.as_bytes().try_into().unwrap()), known, "{code}");
        }
    }
}
