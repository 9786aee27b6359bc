//! A page as its template needs it: texts and addresses, nothing left to decide.

use askama::Template;

use super::rows::row_name;
use super::shown::Cell;
use crate::web::ErrorSummary;

#[derive(Template)]
#[template(path = "admin/page.html")]
pub struct View {
    pub shop_name: String,
    pub title: String,
    /// Nothing for whoever is not signed in.
    pub nav: Vec<Entry>,
    /// Whether there is a session to end.
    pub signed_in: bool,
    pub notice: &'static str,
    pub error_summary: Option<ErrorSummary>,
    /// Of a problem: by which the log can be searched.
    pub request_id: String,
    pub parts: Vec<Part>,
}

impl View {
    /// Whether some of it stands beside the rest.
    fn is_split(&self) -> bool {
        self.parts.iter().any(|part| matches!(part, Part::Beside))
    }
}

/// An address with a name; one of them may be where the reader is.
pub struct Entry {
    pub label: String,
    pub href: String,
    pub current: bool,
}

pub enum Part {
    Counts(Vec<Cell>),
    Views(Vec<Entry>),
    /// Its fields, and whether one that lies behind the first says something.
    Filter(Vec<Input>, bool),
    Table(Table),
    Pages(Pages),
    Facts(String, Vec<Cell>),
    /// Those that stand together.
    Forms(Vec<Form>),
    Links(Vec<Entry>),
    Plot(Plot),
    Text(String),
    /// Its name, and where it is.
    Frame(&'static str, String),
    Beside,
    /// Where to sign in, if that is wanting, and a form that could not be sent, as it was sent.
    Again(String, Vec<(String, String)>),
}

/// Bars above and below a line, drawn in a box of `width` by [`Plot::HEIGHT`].
pub struct Plot {
    /// Names it on its page.
    pub id: String,
    pub title: &'static str,
    /// What it shows, in words.
    pub about: String,
    pub width: usize,
    /// Where nothing is, from above.
    pub zero: i64,
    pub bars: Vec<Bar>,
}

pub struct Bar {
    pub label: String,
    pub text: String,
    pub x: usize,
    pub y: i64,
    pub height: i64,
}

pub struct Table {
    pub title: &'static str,
    /// Where the answer has it.
    pub at: &'static str,
    /// Those that have something in any row, and whether that is an amount.
    pub columns: Vec<(&'static str, bool)>,
    pub rows: Vec<Vec<Cell>>,
    pub empty: &'static str,
    /// Where those that are ticked may go.
    pub picks: Vec<Entry>,
    /// The same page with all of them ticked.
    pub all: String,
    /// Where all that fit are changed, if there are more than those of the page.
    pub fit: Option<Entry>,
}

/// The other pages of a list; none where an address is empty.
#[derive(Default)]
pub struct Pages {
    /// How many entries there are in all; unknown if empty.
    pub total: String,
    pub first: String,
    pub previous: String,
    pub next: String,
}

impl Table {
    /// The element that it is: a form, where its rows can be ticked.
    fn tag(&self) -> &'static str {
        if self.picks.is_empty() { "section" } else { "form" }
    }
}

pub struct Form {
    pub id: &'static str,
    /// Names it on its page, where there may be several of one id.
    pub place: String,
    /// Which of several entries it is about, as the path of its route says it.
    pub places: Vec<(&'static str, String)>,
    pub title: &'static str,
    pub note: String,
    pub button: &'static str,
    pub inputs: Vec<Input>,
    /// Whether it stands open without being opened.
    pub is_plain: bool,
    /// Whether a bar keeps what was changed in sight.
    pub is_edit: bool,
    pub hurts: bool,
    /// Whether it comes back with what is wrong.
    pub refused: bool,
    /// Whether it only says once more what was typed before.
    pub confirms: bool,
    /// So that it counts once, however often it is sent.
    pub key: String,
    /// The version from which it was filled in.
    pub etag: String,
    /// Where a sign-in leads to.
    pub next: String,
}

impl Form {
    /// Whether it has to be sent in a form of its own for files.
    fn has_file(&self) -> bool {
        self.inputs.iter().any(|input| input.kind == "file")
    }
}

/// One field, or rows of fields.
#[derive(Template, Default)]
#[template(path = "admin/input.html")]
pub struct Input {
    pub id: String,
    pub name: String,
    pub label: String,
    pub note: &'static str,
    /// Of an `<input>` its type; else `area`, `select`, `only` or `rows`.
    pub kind: &'static str,
    /// The keys that a telephone shows.
    pub keys: &'static str,
    /// What a browser may fill in (HTML, section 4.10.18.7).
    pub autocomplete: &'static str,
    pub value: String,
    /// Of an `only`: where it leads; nowhere if empty.
    pub href: String,
    pub choices: Vec<Choice>,
    pub error: String,
    /// Of a `pick`.
    pub ticked: bool,
    /// Whether the browser itself refuses it empty or longer than a name may be.
    pub required: bool,
    /// What somebody else has made it meanwhile.
    pub now: Option<String>,
    pub rows: Vec<Row>,
    /// Whether there may be more of them.
    pub grows: bool,
}

impl Input {
    /// The element that it is.
    fn tag(&self) -> &'static str {
        match self.kind {
            "area" => "textarea",
            "select" => "select",
            _ => "input",
        }
    }

    /// Of a `pick`: what says which record its row is of, ticked or not.
    fn row_name(&self) -> String {
        row_name(&self.name)
    }

    /// Which of what stands beside it describes it; nothing if empty.
    fn described(&self) -> &'static str {
        if !self.error.is_empty() {
            "error"
        } else if self.now.is_some() {
            "now"
        } else if self.note.is_empty() {
            ""
        } else {
            "note"
        }
    }
}

pub struct Row {
    pub label: String,
    pub inputs: Vec<Input>,
    /// Whether it is there although it was not sent.
    pub unsent: bool,
    /// Whether it is so long that it is opened first.
    pub folds: bool,
}

impl Row {
    /// What it is called: its title, or what stands in it first.
    fn title(&self) -> &str {
        let title = self.inputs.iter().find(|input| input.name.contains("/title:")).or(self.inputs.first());
        title.map_or("", |input| &input.value)
    }

    /// What there is in it while it is folded: its title, and those of its own rows.
    fn summary(&self) -> String {
        let inner = self.inputs.iter().flat_map(|input| &input.rows).map(Row::title);
        let titles = std::iter::once(self.title()).chain(inner).filter(|title| !title.is_empty());
        titles.collect::<Vec<_>>().join(" · ")
    }

    /// Whether there is something in it that is to be seen at once.
    fn opens(&self) -> bool {
        let is_told = |input: &Input| {
            !input.error.is_empty() || input.now.is_some() || input.rows.iter().any(|row| row.unsent || row.opens())
        };
        self.unsent || self.inputs.iter().any(is_told)
    }
}

pub struct Choice {
    pub value: String,
    pub label: String,
    pub selected: bool,
}
