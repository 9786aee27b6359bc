//! What is said of a problem: on a page of its own, and on the page where it was met.
//! Problems are worded in English where they arise; German ones go by their code.

use http::StatusCode;

use super::fill;
use crate::json;
use crate::orders::cart::CartProblem;
use crate::orders::error::OrderError;
use crate::orders::limits::{MAX_COUPONS, MAX_GIFT_CARDS, MAX_LINES};
use crate::problem::Problem;
use crate::text::Language;
use crate::web::parts::sentence;

words! {
    ProblemWords;
    not_found: "This page does not exist", "Diese Seite gibt es nicht";
    not_found_text: "The link may be old, or what it led to may be gone.", "Der Link ist vielleicht alt, oder was hier war, gibt es nicht mehr.";
    method: "This page cannot be opened like that", "So lässt sich diese Seite nicht öffnen";
    method_text: "Nothing has changed. Please go on from the shop.", "Es wurde nichts geändert. Bitte gehen Sie vom Shop aus weiter.";
    forged: "This did not come from our own pages", "Diese Anfrage kam nicht von unseren eigenen Seiten";
    forged_text: "Nothing has changed. Please go back to the shop and try again from there.", "Es wurde nichts geändert. Bitte gehen Sie zurück zum Shop, und versuchen Sie es von dort noch einmal.";
    unavailable: "The shop does not answer right now", "Der Shop antwortet gerade nicht";
    internal: "Something went wrong on our side", "Bei uns ist etwas schiefgegangen";
    safe: "Your cart and your orders are safe. Please try again in a moment.", "Ihr Warenkorb und Ihre Bestellungen sind sicher. Bitte versuchen Sie es gleich noch einmal.";
    refused: "That did not work", "Das hat nicht geklappt";
    refused_text: "Nothing has changed. {}", "Es wurde nichts geändert. {}";
    quote_this: "If you ask us about this, please quote {}.", "Wenn Sie uns danach fragen, nennen Sie bitte {}.";
}

/// The title and the text of a problem's own page.
pub fn page(language: Language, problem: &Problem) -> (&'static str, String) {
    let w = ProblemWords::of(language);
    let (title, text) = match problem.status {
        StatusCode::NOT_FOUND => (w.not_found, w.not_found_text),
        StatusCode::METHOD_NOT_ALLOWED => (w.method, w.method_text),
        StatusCode::FORBIDDEN if problem.code == "csrf" => (w.forged, w.forged_text),
        StatusCode::SERVICE_UNAVAILABLE => (w.unavailable, w.safe),
        status if status.is_server_error() => (w.internal, w.safe),
        _ => return (w.refused, fill(w.refused_text, &[&alone(language, problem)])),
    };
    (title, text.to_owned())
}

/// Where nothing else is known of what was sent, what is wrong with a field of it
/// is told in English alone.
fn alone(language: Language, problem: &Problem) -> String {
    match (language, problem.code) {
        (Language::De, "invalid") => {
            "Eine Angabe fehlt oder passt nicht. Bitte gehen Sie zurück, und versuchen Sie es noch einmal.".to_owned()
        }
        _ => told(language, problem),
    }
}

/// A problem as a sentence for whoever met it. What a page words itself, as what is
/// wrong with a form, is in its language already.
pub fn told(language: Language, problem: &Problem) -> String {
    let reason = problem.members.get("reason").and_then(|reason| reason.as_str()).unwrap_or_default();
    let german = Some(language).filter(|language| *language == Language::De);
    let german = german.and_then(|_| german_of(problem.code, reason));
    german.map_or_else(|| sentence(&problem.detail), str::to_owned)
}

/// Why an order refused something, as a sentence.
pub fn refused(language: Language, error: &OrderError) -> String {
    let german = match error {
        OrderError::TooManyLines => Some(fill("Ein Warenkorb hat höchstens {} Positionen.", &[&MAX_LINES.to_string()])),
        OrderError::TooManyCoupons => Some(fill(
            "In einer Bestellung lassen sich höchstens {} Rabattcodes einlösen.",
            &[&MAX_COUPONS.to_string()],
        )),
        OrderError::TooManyGiftCards => Some(fill(
            "In einer Bestellung lassen sich höchstens {} Geschenkgutscheine einlösen.",
            &[&MAX_GIFT_CARDS.to_string()],
        )),
        OrderError::TotalTooLarge => Some("Die Gesamtsumme wäre zu groß.".to_owned()),
        OrderError::NoPrice { .. } => Some("Das gibt es nicht in der Währung des Warenkorbs.".to_owned()),
        _ => None,
    };
    let german = german.filter(|_| language == Language::De);
    german.unwrap_or_else(|| told(language, &Problem::from(error.clone())))
}

/// Why a coupon of the cart takes nothing off, as a sentence.
pub fn coupon(language: Language, problem: &CartProblem) -> String {
    let reason = json::value(&problem.reason);
    let german = german_of(&problem.code, reason.as_str().unwrap_or_default());
    language.of(None, german).map_or_else(|| sentence(&problem.detail), str::to_owned)
}

/// The German for a code, and for the reason that goes with some.
fn german_of(code: &str, reason: &str) -> Option<&'static str> {
    Some(match (code, reason) {
        ("coupon_not_valid", "unknown") => "Diesen Code gibt es nicht.",
        ("coupon_not_valid", "not_started") => "Der Code gilt noch nicht.",
        ("coupon_not_valid", "ended") => "Der Code gilt nicht mehr.",
        ("coupon_not_valid", "minimum_not_met") => {
            "Der Warenkorb erreicht das Minimum noch nicht, ab dem der Code gilt."
        }
        ("coupon_not_valid", "nothing_matches") => "Der Code gilt für keinen Artikel im Warenkorb.",
        ("coupon_not_valid", "exhausted") => "Der Code wurde schon so oft eingelöst wie möglich.",
        ("coupon_not_valid", "already_used") => "Sie haben den Code schon so oft eingelöst wie möglich.",
        ("coupon_not_valid", "not_combinable") => "Der Code lässt sich nicht mit einem anderen Rabatt kombinieren.",
        ("coupon_not_valid", _) => "Der Code gilt hier nicht.",
        ("gift_card_not_valid", "expired") => "Dieser Geschenkgutschein ist abgelaufen.",
        ("gift_card_not_valid", "disabled") => "Dieser Geschenkgutschein ist gesperrt; bitte fragen Sie den Shop.",
        ("gift_card_not_valid", "empty") => "Auf diesem Geschenkgutschein ist kein Guthaben mehr.",
        ("gift_card_not_valid", "wrong_currency") => "Dieser Geschenkgutschein ist in einer anderen Währung.",
        ("gift_card_not_valid", _) => "Es gibt keinen Geschenkgutschein mit diesem Code.",
        ("coupon_exhausted", _) => "Der Code wurde inzwischen so oft eingelöst wie möglich.",
        ("gift_card_changed", _) => {
            "Auf einem Geschenkgutschein ist weniger Guthaben als angezeigt; bitte prüfen Sie die Summe."
        }
        ("cart_closed", _) => "Dieser Warenkorb ist schon eine Bestellung und lässt sich nicht mehr ändern.",
        ("too_many_changes", _) => {
            "Dieser Warenkorb lässt sich nicht noch öfter ändern; bitte beginnen Sie einen neuen."
        }
        ("cart_incomplete", _) => "Im Warenkorb fehlt noch etwas.",
        ("price_changed", _) => "Die Preise haben sich geändert.",
        ("contents_changed", _) => {
            "Der Inhalt eines Sets hat sich inzwischen geändert; bitte sehen Sie es noch einmal durch."
        }
        ("not_for_sale", _) => "Einiges ist nicht mehr erhältlich.",
        ("out_of_stock", _) => "Einiges ist nicht in der gewünschten Anzahl verfügbar.",
        ("shipping_not_offered", _) => "Diese Versandart gibt es für Ihre Adresse nicht; wählen Sie bitte eine andere.",
        ("payment_in_progress", _) => "Eine Zahlung läuft noch; bitte warten Sie, bis sie entschieden ist.",
        ("not_payable", _) => "Für diese Bestellung ist keine Zahlung nötig.",
        ("too_many_attempts", _) => "Für diese Bestellung gibt es keine weiteren Zahlungsversuche.",
        ("too_many_unpaid_orders", _) => {
            "Von hier warten zu viele Bestellungen auf ihre Zahlung; bezahlen oder stornieren Sie eine, oder versuchen Sie es später."
        }
        ("placed_too_often", _) => "Das waren zu viele Versuche in kurzer Zeit; bitte warten Sie einige Minuten.",
        ("too_many_requests", _) => "Das waren zu viele Versuche in kurzer Zeit; bitte warten Sie eine Weile.",
        ("amount_too_small", _) => "Der Betrag ist für diese Zahlungsart zu klein; wählen Sie bitte eine andere.",
        ("amount_not_taken", _) => "Diesen Betrag nimmt diese Zahlungsart nicht an; wählen Sie bitte eine andere.",
        ("not_cancellable", _) => "Diese Bestellung lässt sich nicht mehr stornieren.",
        ("draft_lines", _) => "Diese Artikel hat der Shop zusammengestellt; bitte fragen Sie ihn nach einer Änderung.",
        ("draft_changed", _) => "Der Shop hat diese Bestellung geändert; bitte sehen Sie sie noch einmal durch.",
        ("draft_over", _) => "Diese Bestellung galt 90 Tage; bitte fragen Sie den Shop nach einer neuen.",
        ("not_returnable", _) => "So viele Stück lassen sich nicht zurücksenden.",
        ("too_many_returns", _) => "Zu dieser Bestellung lassen sich keine weiteren Rücksendungen anmelden.",
        ("document_too_long", _) => "Diese Rechnung ist zu lang, um sie zu zeigen; bitte fragen Sie den Shop.",
        ("idempotency_key_reused", _) => {
            "Das Formular wurde schon für etwas anderes abgeschickt; bitte laden Sie die Seite neu."
        }
        ("idempotency_key_in_use", _) => "Das Formular wird noch bearbeitet; bitte warten Sie einen Augenblick.",
        ("unparsable", _) => "Das Formular ließ sich nicht lesen.",
        ("body_too_large", _) => "Das Formular ist zu groß.",
        ("unsupported_media_type", _) => "Das Formular kam in einem Format, das wir nicht lesen können.",
        ("not_signed_in" | "invalid_token", _) => "Bitte melden Sie sich zuerst an.",
        ("forbidden", _) => "Das dürfen Sie mit Ihrem Konto nicht.",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pricing::quote::CouponRefusal;
    use crate::problem::Code;
    use crate::{documents, gift_cards, idempotency, orders, payments, pools, problem, throttle, wire};

    /// Codes that only staff and programs meet.
    const NO_BUYERS: [&str; 17] = [
        "too_many_letters",
        "more_than_owed",
        "too_many_receipts",
        "not_fulfillable",
        "already_shipped",
        "too_many_fulfilments",
        "return_closed",
        "bad_signature",
        "hold_released",
        "below_held",
        "stock_held",
        "no_stock_of_its_own",
        "gift_card_code_taken",
        "seller_unknown",
        // Told by their status, or by the page.
        "busy",
        "csrf",
        "invalid",
    ];

    /// Whether the problem's own page has words for it whatever its code.
    fn has_a_page(code: &Code) -> bool {
        code.status.is_server_error() || matches!(code.status.as_u16(), 404 | 405)
    }

    #[test]
    fn every_problem_that_a_buyer_can_meet_has_its_german() {
        let rooms = [
            problem::CODES,
            wire::extract::CODES,
            wire::forgery::CODES,
            wire::site::CODES,
            idempotency::CODES,
            throttle::error::CODES,
            pools::error::CODES,
            gift_cards::error::CODES,
            orders::error::CODES,
            orders::after::goods::error::CODES,
            documents::error::CODES,
            payments::error::CODES,
        ];
        for code in rooms.concat().iter().filter(|code| !has_a_page(code) && !NO_BUYERS.contains(&code.name)) {
            assert!(german_of(code.name, "").is_some(), "{}", code.name);
        }
    }

    #[test]
    fn a_problem_is_told_in_the_language_by_its_code_and_reason() {
        let code = crate::pricing::promotion::Code::parse("SUMMER").unwrap();
        for reason in [CouponRefusal::Unknown, CouponRefusal::Ended, CouponRefusal::NotCombinable] {
            let error = OrderError::CouponNotValid { code: code.clone(), reason };
            assert_eq!(refused(Language::En, &error), sentence(&reason.to_string()));
            assert!(refused(Language::De, &error).contains(" Code "), "{reason:?}");
        }
        assert_eq!(refused(Language::De, &OrderError::TotalTooLarge), "Die Gesamtsumme wäre zu groß.");
        let problem = Problem::not_found();
        assert_eq!(page(Language::De, &problem).0, "Diese Seite gibt es nicht");
        let wrong = Problem::invalid_field("quantity", "say how many");
        assert_eq!(page(Language::En, &wrong).1, "Nothing has changed. Say how many.");
        assert!(page(Language::De, &wrong).1.ends_with("versuchen Sie es noch einmal."));
    }
}
