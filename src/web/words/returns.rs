//! The words of the page on which a buyer asks to send something back.

use crate::text::Language;

words! {
    ReturnWords;
    title: "Send something back", "Etwas zurücksenden";
    back_to_order: "Back to order {}", "Zurück zur Bestellung {}";
    how_many: "How many", "Wie viele";
    of_most: "of {}", "von {}";
    why: "Why", "Warum";
    choose_a_reason: "Choose a reason", "Grund wählen";
    anything_else: "Anything else we should know", "Was wir sonst wissen sollten";
    keep_them: "We look at it and write to you. Please keep the things until then.", "Wir sehen uns das an und schreiben Ihnen. Bitte behalten Sie die Artikel bis dahin.";
    ask: "Ask for the return", "Rücksendung anmelden";
    say_how_many: "Say how many of what you send back.", "Geben Sie an, wie viel Sie wovon zurücksenden.";
    number_fault: "Enter a number from 0 to {} for {}.", "Geben Sie eine Zahl von 0 bis {} für {} an.";
    reason_missing: "Choose why {} comes back.", "Wählen Sie, warum {} zurückkommt.";
    asked_another: "You have just asked for another return of this order. Open this page anew if you want to send back more.", "Sie haben gerade eine andere Rücksendung zu dieser Bestellung angemeldet. Öffnen Sie diese Seite neu, wenn Sie noch mehr zurücksenden möchten.";
    too_late: "These cannot come back any more: not so many are with you, or it was more than 30 days ago.", "Das können wir nicht mehr zurücknehmen: So viele haben Sie nicht, oder es ist mehr als 30 Tage her.";
}

/// What is offered as a reason, in both languages. The shop reads the English.
pub const REASONS: [(&str, &str); 7] = [
    ("Too small", "Zu klein"),
    ("Too large", "Zu groß"),
    ("Not as described", "Nicht wie beschrieben"),
    ("Damaged or faulty", "Beschädigt oder fehlerhaft"),
    ("Something else came", "Es kam etwas anderes"),
    ("I changed my mind", "Ich habe es mir anders überlegt"),
    ("Another reason", "Ein anderer Grund"),
];

/// A reason as its buyer reads it: as it is where it is none of ours.
pub fn reason(language: Language, given: &str) -> &str {
    let known = REASONS.iter().find(|(english, _)| *english == given);
    known.map_or(given, |(english, german)| language.of(english, german))
}
