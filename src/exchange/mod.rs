//! Products as files: what comes in, and what goes out.
//!
//! A file is [cut](file) into its products once, when it comes; what is left of it is
//! one row of a job for each. A job takes some at a time ([`run`]): reads each as what
//! was [`sent`], [decides](decide) what that makes of what is there, and writes all of
//! them in one batch; or only says what it would have written. What a file can hold is
//! one table, [`columns`], for both directions.

pub mod columns;
mod csv;
mod decide;
mod encoding;
pub mod export;
pub mod file;
mod images;
mod json_lines;
mod markup;
mod matching;
mod numbers;
mod options;
mod prices;
pub mod run;
mod sent;
mod shopify;
mod stock;
mod taken;
pub mod told;
mod words;
