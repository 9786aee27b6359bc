//! Finding an order by its number and its mailbox.
//!
//! Whoever asks learns nothing: each question takes the same steps, is counted,
//! and goes to the queue. Only its consumer looks whether there is such an order,
//! and writes to the order's own mailbox.

use serde::{Deserialize, Serialize};

use super::access::Credentials;
use super::notice::Notice;
use super::protocol::{Message, OrderNews};
use crate::app::App;
use crate::email::EmailAddress;
use crate::ids::OrderId;
use crate::json;
use crate::messages::order::News;
use crate::ports::Statement;
use crate::problem::Problem;
use crate::throttle::rules::Bucket;
use crate::throttle::{self, Throttle, Try};

/// The same question has one letter in so many milliseconds: ten minutes.
const ONE_LETTER_MILLIS: i64 = 10 * 60_000;

/// What somebody looks for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Sought {
    /// As [`OrderId::number`] has it.
    pub number: String,
    pub email: EmailAddress,
}

/// An order's number as somebody typed it: case, blanks, hyphens and a `#`
/// before it do not count.
pub fn number(typed: &str) -> Option<String> {
    let letters = typed.chars().filter(|c| !c.is_whitespace() && !matches!(c, '#' | '-'));
    let letters: String = letters.take(9).map(|c| c.to_ascii_uppercase()).collect();
    let is_number = letters.len() == 8 && letters.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let (left, right) = letters.split_at_checked(4)?;
    is_number.then(|| format!("{left}-{right}"))
}

/// Counts the question, of the mailbox and the network, and has it looked into.
pub async fn ask(app: &App, credentials: &Credentials, sought: Sought) -> Result<(), Problem> {
    let limits = throttle::limits(app).await;
    let count = |throttle, limit| Try { throttle, bucket: Bucket::FINDINGS, limit };
    let of_mailbox = count(Throttle::of_address(&app.keys, sought.email.as_str()), limits.findings_by_address);
    let of_network = credentials.network.map(|network| Throttle::of_network(&app.keys, network));
    let of_network = of_network.map(|throttle| count(throttle, limits.findings_by_network));
    throttle::take(app, &std::iter::once(of_mailbox).chain(of_network).collect::<Vec<_>>()).await?;
    let text = json::text(&Message::Find(sought));
    app.events.send(vec![text]).await.map_err(|error| Problem::unavailable("the post", error.to_string()))
}

/// The news for the orders that there are.
pub async fn found(app: &App, sought: Vec<Sought>) -> Result<Vec<(OrderId, OrderNews)>, Problem> {
    #[derive(Deserialize)]
    struct Row {
        id: OrderId,
    }
    if sought.is_empty() {
        return Ok(Vec::new());
    }
    let select = |Sought { number, email }: Sought| {
        let sql = "SELECT id FROM orders WHERE email = ?1 AND number = ?2 LIMIT 1";
        Statement::new(sql, [email.as_str().into(), number.into()])
    };
    let answers = app.database.batch(sought.into_iter().map(select).collect()).await?;
    let version = u32::try_from(app.clock.now().millis() / ONE_LETTER_MILLIS).unwrap_or(u32::MAX).max(1);
    let mut news = Vec::new();
    for rows in answers {
        let notice = Notice { version, news: News::LinkAsked };
        news.extend(rows.first::<Row>()?.map(|row| (row.id, OrderNews { notice, order: None })));
    }
    Ok(news)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_read_however_it_is_typed() {
        for typed in ["7ZZZ-ABCD", " #7zzz abcd ", "7zzzabcd", "7ZZ-ZAB-CD"] {
            assert_eq!(number(typed).as_deref(), Some("7ZZZ-ABCD"), "{typed}");
        }
        for wrong in ["", "7ZZZ", "7ZZZ-ABCDE", "7ZZZ-ABÇD", "7ZZZ_ABC", "12345678' OR 1=1"] {
            assert_eq!(number(wrong), None, "{wrong}");
        }
    }
}
