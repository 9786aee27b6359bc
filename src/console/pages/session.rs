//! Coming and going.

use crate::console::page::{Block, Field, Form, Manner, Page, Takes, Verb};

pub static SIGN_IN: Page = Page {
    open: true,
    ..Page::new("/sign-in", "Sign in", "").shows(&[Block::Form(Form {
        fields: &[
            Field::new("/email", "E-mail", Takes::Email),
            Field::new("/password", "Password", Takes::Password),
            Field::new("/cookie", "", Takes::Fixed("true")),
        ],
        manner: Manner::Open,
        button: "Sign in",
        then: Some(""),
        ..Form::new("sign-in", "", Verb::Post, "/v1/auth/login")
    })])
};

pub static SIGN_OUT: Page = Page {
    open: true,
    ..Page::new("/sign-out", "Sign out", "").shows(&[Block::Form(Form {
        manner: Manner::Open,
        then: Some("/sign-in"),
        done: "You are signed out.",
        ..Form::new("sign-out", "Sign out", Verb::Post, "/v1/auth/logout")
    })])
};
