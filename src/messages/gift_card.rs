//! The letter that brings a gift card.

use super::letter::{Button, Content, Letter};
use super::{Kind, Message, Name, words};
use crate::app::App;
use crate::email::EmailAddress;
use crate::ids::GiftCardId;
use crate::money::Money;
use crate::ports::Timestamp;
use crate::problem::Problem;
use crate::shelf;
use crate::text::Language;

/// A gift card as it is given away.
pub struct GiftCard<'a> {
    /// The secret itself: nobody but the letter's reader is to see it.
    pub code: &'a str,
    pub amount: Money,
    pub expires_at: Option<Timestamp>,
    /// Where it can be spent.
    pub url: Option<String>,
}

/// Sends the gift card to whom it is for, once.
pub async fn write(
    app: &App,
    id: GiftCardId,
    to: EmailAddress,
    language: Language,
    card: &GiftCard<'_>,
) -> Result<(), Problem> {
    let snapshot = shelf::current(app).await?;
    let letter = letter(card, &snapshot.settings.shop_name, language);
    let letter = letter.map_err(|error| Problem::internal(error.to_string()))?;
    let name = Name { about: id.to_string(), kind: Kind::GiftCard, version: 1 };
    super::write(app, &[Message { name, to, language, letter }]).await
}

/// The letter itself.
pub fn letter(card: &GiftCard<'_>, shop_name: &str, language: Language) -> Result<Letter, askama::Error> {
    let amount = card.amount.display_in(language);
    let mut paragraphs = vec![language.of(
        format!("This gift card of {amount} can be spent at {shop_name}. Enter its code when you pay, in one order or in several:"),
        format!("Dieser Geschenkgutschein über {amount} gilt bei {shop_name}. Geben Sie seinen Code beim Bezahlen ein, in einer oder in mehreren Bestellungen:"),
    )];
    paragraphs.extend(
        card.expires_at
            .map(|at| words::date(language, at))
            .map(|date| language.of(format!("It can be spent until {date}."), format!("Er gilt bis zum {date}."))),
    );
    let content = Content {
        language,
        shop_name,
        subject: language.of(
            format!("Your gift card of {amount} from {shop_name}"),
            format!("Ihr Geschenkgutschein über {amount} von {shop_name}"),
        ),
        title: language.of("Your gift card", "Ihr Geschenkgutschein").to_owned(),
        paragraphs,
        block: Some(card.code.to_owned()),
        button: card.url.clone().map(|url| Button { label: language.of("To the shop", "Zum Shop"), url }),
        sheet: None,
    };
    content.lay_out()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::Currency;
    use crate::testing::{Shop, block_on};

    fn card() -> GiftCard<'static> {
        GiftCard {
            code: "GIFT-4K7M-9XQ2-7TRB-5WJN",
            amount: Money { amount: 5_000, currency: Currency::parse("EUR").unwrap() },
            expires_at: Some(Timestamp::from_millis(1_772_442_300_000)),
            url: Some("https://shop.example/".to_owned()),
        }
    }

    #[test]
    fn a_gift_card_comes_with_its_code_its_amount_and_where_it_is_good() {
        for (language, amount, date) in
            [(Language::En, "€50.00", "2 March 2026"), (Language::De, "50,00\u{a0}€", "2. März 2026")]
        {
            let letter = letter(&card(), "Tea & <b>", language).unwrap();
            assert!(letter.subject.contains(amount) && !letter.subject.contains("4K7M"), "no secret in the subject");
            for said in ["GIFT-4K7M-9XQ2-7TRB-5WJN", amount, date, "https://shop.example/"] {
                assert!(letter.text.contains(said) && letter.html.contains(said), "{said}: {}", letter.text);
            }
            assert!(letter.text.contains("Tea & <b>") && !letter.html.contains("<b>"));
        }
    }

    #[test]
    fn a_gift_card_is_sent_once() {
        let shop = Shop::new();
        let to: EmailAddress = "ada@example.com".parse().unwrap();
        for _ in 0..2 {
            let id = GiftCardId::derived([7; 16]);
            block_on(write(&shop.app, id, to.clone(), Language::De, &card())).unwrap();
        }
        let count = crate::ports::Statement::new("SELECT count(*) AS n FROM messages", []);
        let rows = block_on(shop.app.database.batch(vec![count])).unwrap();
        assert_eq!(rows[0].0[0]["n"], 1);
    }
}
