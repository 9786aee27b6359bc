//! The file of orders in a real spreadsheet: opened, saved and read back.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::json;

use crate::order_export::{as_typed, cell, export, read};
use crate::order_lists::ordered;
use crate::shop::{Shop, unique};

/// What buyers type, and what a spreadsheet would like to make of it.
const NAMES: [&str; 6] = ["=HYPERLINK(\"x\")", "+1+1", "\t=1", "Ada;=1+1", "＝1+1", "Ada, \"the\" Countess"];

/// LibreOffice's filter for CSV: parted at a comma or a semicolon, quoted, in UTF-8.
const AT_COMMA: &str = "Text - txt - csv (StarCalc):44,34,76,1";
const AT_SEMICOLON: &str = "Text - txt - csv (StarCalc):59,34,76,1";
const AT_BOTH: &str = "Text - txt - csv (StarCalc):44/59,34,76,1";

/// A directory of its own for a spreadsheet, gone when the test is.
struct Office(PathBuf);

impl Office {
    /// None where there is no LibreOffice.
    fn find() -> Option<Self> {
        if Command::new("soffice").arg("--version").output().is_err() {
            eprintln!("skipped: LibreOffice (soffice) is not there to open the file with");
            return None;
        }
        let directory = std::env::temp_dir().join(unique("tradepost-office"));
        std::fs::create_dir_all(&directory).unwrap();
        Some(Self(directory))
    }

    /// Opens a file and saves it as another kind; where that is. Tried again, for
    /// an office that is starved of its machine may end without a word.
    fn save(&self, file: &Path, opened_by: &str, kind: &str, extension: &str) -> PathBuf {
        let to = self.0.join("saved");
        let saved = to.join(file.with_extension(extension).file_name().unwrap());
        let mut said = Vec::new();
        for _ in 0..3 {
            let mut office = Command::new("soffice");
            // A profile of its own: another one that runs would take the file and answer nothing.
            office.arg(format!("-env:UserInstallation=file://{}/profile", self.0.display())).arg("--headless");
            if !opened_by.is_empty() {
                office.arg(format!("--infilter={opened_by}"));
            }
            let done = office.args(["--convert-to", kind, "--outdir"]).arg(&to).arg(file).output().unwrap();
            if saved.exists() {
                return saved;
            }
            said.push(done);
        }
        panic!("{} was not saved as {kind}: {said:?}", file.display())
    }
}

impl Drop for Office {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[tokio::test]
async fn what_buyers_typed_comes_back_from_a_spreadsheet_as_it_was() {
    let Some(office) = Office::find() else { return };
    let shop = Shop::open().await;
    let email = format!("{}@example.com", unique("ada"));
    for name in NAMES {
        let to = json!({
            "name": name, "phone": "+49 30 1234", "country": "US", "region": "MA", "city": "Cambridge",
            "postal_code": "02138",
        });
        ordered(&shop, &email, to, "pm_card_visa").await;
    }
    let exported = export(&shop, &format!("q={email}&sort=oldest")).await.expect(200).body;
    let file = office.0.join("orders.csv");
    std::fs::write(&file, &exported).unwrap();

    let saved = office.save(&file, AT_COMMA, "ods", "ods");
    let back = office.save(&saved, "", &format!("csv:{AT_COMMA},,0,false,true,false"), "csv");
    let (before, after) = (read(&exported), read(&std::fs::read(back).unwrap()));
    assert_eq!((before.len(), before[0].clone()), (NAMES.len() + 1, after[0].clone()));
    for (row, typed) in NAMES.iter().enumerate() {
        for name in ["id", "number", "placed_at", "status", "email", "name", "phone", "city", "postal_code", "tags"] {
            assert_eq!(cell(&after, row + 1, name), cell(&before, row + 1, name), "{name} of {typed:?}");
        }
        let typed = typed.trim();
        let kept = |name: &str| as_typed(cell(&after, row + 1, name));
        assert_eq!([kept("name"), kept("postal_code"), kept("phone")], [typed, "02138", "+49 30 1234"]);
    }
    // Nothing reckons, wherever the spreadsheet parts the lines.
    for (n, parted) in [AT_COMMA, AT_SEMICOLON, AT_BOTH, ""].into_iter().enumerate() {
        let file = office.0.join(format!("orders{n}.csv"));
        std::fs::write(&file, &exported).unwrap();
        let sheet = std::fs::read_to_string(office.save(&file, parted, "fods", "fods")).unwrap();
        assert!(sheet.contains(&email) && !sheet.contains("table:formula"), "{parted}: {sheet}");
    }
}
