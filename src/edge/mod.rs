//! The Worker's side of the ports; the only code that names the platform.

/// Writes one line to the platform's log.
pub fn log(line: &str) {
    worker::console_log!("{line}");
}
