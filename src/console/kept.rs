//! A form that could not be sent, kept in the page that says so: since the session
//! is over, or since nothing answered.

use super::handlers::value;
use super::page::Takes;
use super::pages;
use super::typed::Pairs;

/// The most that a page keeps of a form that could not be sent, in bytes: of what
/// was typed, and of what the page says of each field besides. It is for whoever
/// asks, signed in or not.
const MOST_KEPT: usize = 128 * 1024;
/// `<input type="hidden" name="" value="">`, with what stands around it.
const AROUND_A_FIELD: usize = 48;

/// What was sent, to be sent again: the fields of a form that the page at this
/// path has, without what it takes as a password. None of it, if it is too much.
pub fn fields(path: &str, pairs: &Pairs) -> Vec<(String, String)> {
    let found = pages::find(path);
    let wanted = value(pairs, "_do");
    let Some(form) = found.and_then(|found| found.page.forms().find(|form| form.id == wanted)) else {
        return Vec::new();
    };
    let secrets = form.fields.iter().filter(|field| matches!(field.takes, Takes::Password));
    let is_secret = |name: &str| secrets.clone().any(|field| name.starts_with(field.at));
    let kept = pairs.iter().filter(|(name, _)| name.starts_with(['_', '/']) && !is_secret(name));
    let size = kept.clone().map(|(name, text)| name.len() + text.len() + AROUND_A_FIELD).sum::<usize>();
    if size > MOST_KEPT { Vec::new() } else { kept.cloned().collect() }
}
