//! What is said of a product or a collection in other languages: the same forms on the
//! pages of both. What an option and its values are called comes by the API and by files.

use crate::console::page::{Block, Field, Form, Takes, Verb};

/// The fields of one language.
macro_rules! texts {
    ($tag:literal) => {
        &[
            Field::new(concat!("/translations/", $tag, "/title"), "Title", Takes::Line).optional(),
            Field::new(concat!("/translations/", $tag, "/description"), "Description", Takes::Prose).optional(),
            Field::new(concat!("/translations/", $tag, "/seo_title"), "Title for search engines", Takes::Line)
                .optional(),
            Field::new(
                concat!("/translations/", $tag, "/seo_description"),
                "Description for search engines",
                Takes::Line,
            )
            .optional(),
        ]
    };
}

const ENGLISH: &[Field] = texts!("en");
const GERMAN: &[Field] = texts!("de");
const NOTE: &str = "What is empty is shown as it is said above.";

/// `path`: of what is translated.
pub const fn into_english(id: &'static str, path: &'static str) -> Block {
    Block::Form(Form {
        fields: ENGLISH,
        note: NOTE,
        button: "Save the English texts",
        done: "The English texts are saved.",
        ..Form::new(id, "Translation into English", Verb::Patch, path)
    })
}

pub const fn into_german(id: &'static str, path: &'static str) -> Block {
    Block::Form(Form {
        fields: GERMAN,
        note: NOTE,
        button: "Save the German texts",
        done: "The German texts are saved.",
        ..Form::new(id, "Translation into German", Verb::Patch, path)
    })
}
