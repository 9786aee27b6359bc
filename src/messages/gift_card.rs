//! The letter that brings a gift card. Its code is money, so the table of
//! letters never has it: it follows from the card's id, and is filled in for
//! whoever reads the letter.

use super::letter::{Button, Content, Letter};
use super::{Kind, Message, Name, words};
use crate::app::{App, Keys};
use crate::email::EmailAddress;
use crate::gift_cards::PlainCode;
use crate::ids::GiftCardId;
use crate::money::Money;
use crate::ports::Timestamp;
use crate::problem::Problem;
use crate::shelf;
use crate::text::Language;

/// Stands for the code: SUBSTITUTE, which no text has that was parsed.
const CODE: &str = "\u{1a}";

/// A gift card as it is given away.
pub struct GiftCard {
    pub id: GiftCardId,
    pub amount: Money,
    pub expires_at: Option<Timestamp>,
    /// Where it can be spent.
    pub url: Option<String>,
}

/// Sends gift cards to whom they are for, each by a letter of its own, once.
pub async fn write(app: &App, to: &EmailAddress, language: Language, cards: &[GiftCard]) -> Result<(), Problem> {
    let snapshot = shelf::current(app).await?;
    let message = |card: &GiftCard| {
        let name = Name { about: card.id.to_string(), kind: Kind::GiftCard, version: 1 };
        let letter = letter(card, &snapshot.settings.shop_name, language)?;
        Ok(Message { name, to: to.clone(), language, letter })
    };
    let messages: Result<Vec<_>, askama::Error> = cards.iter().map(message).collect();
    super::write(app, &messages.map_err(|error| Problem::internal(error.to_string()))?).await
}

/// A part of the letter about a gift card as its reader gets it: with the code.
pub(super) fn with_code(keys: &Keys, card: GiftCardId, part: &str) -> String {
    part.replace(CODE, PlainCode::of(keys, card).reveal())
}

impl Letter {
    /// For whoever may not spend the card: dots stand for its code.
    pub fn without_code(self) -> Self {
        let hidden = |part: &str| part.replace(CODE, "••••");
        Self { text: hidden(&self.text), html: hidden(&self.html), ..self }
    }
}

/// The letter itself, without the code.
pub fn letter(card: &GiftCard, shop_name: &str, language: Language) -> Result<Letter, askama::Error> {
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
        block: Some(CODE.to_owned()),
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

    fn card() -> GiftCard {
        GiftCard {
            id: GiftCardId::derived([7; 16]),
            amount: Money { amount: 5_000, currency: Currency::parse("EUR").unwrap() },
            expires_at: Some(Timestamp::from_millis(1_772_442_300_000)),
            url: Some("https://shop.example/".to_owned()),
        }
    }

    #[test]
    fn a_gift_card_comes_with_its_code_its_amount_and_where_it_is_good() {
        let keys = Keys::parse(&"7".repeat(64)).unwrap();
        let code = PlainCode::of(&keys, card().id);
        for (language, amount, date) in
            [(Language::En, "€50.00", "2 March 2026"), (Language::De, "50,00\u{a0}€", "2. März 2026")]
        {
            let letter = letter(&card(), "Tea & <b>", language).unwrap();
            let [text, html] = [&letter.text, &letter.html].map(|part| with_code(&keys, card().id, part));
            assert!(letter.subject.contains(amount) && !letter.text.contains(code.reveal()), "{}", letter.text);
            for said in [code.reveal(), amount, date, "https://shop.example/"] {
                assert!(text.contains(said) && html.contains(said), "{said}: {text}");
            }
            assert!(letter.text.contains("Tea & <b>") && !letter.html.contains("<b>"));
        }
    }

    #[test]
    fn a_gift_card_is_sent_once() {
        let shop = Shop::new();
        let to: EmailAddress = "ada@example.com".parse().unwrap();
        for _ in 0..2 {
            block_on(write(&shop.app, &to, Language::De, &[card()])).unwrap();
        }
        let count = crate::ports::Statement::new("SELECT count(*) AS n FROM messages", []);
        let rows = block_on(shop.app.database.batch(vec![count])).unwrap();
        assert_eq!(rows[0].decode::<serde_json::Value>().unwrap()[0]["n"], 1);
    }
}
