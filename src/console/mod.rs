//! The staff's console at `/admin`: pages rendered here, with one small script
//! that helps where it can and that nothing needs.
//!
//! A page is data ([`page`], [`pages`]): what it asks of the API, and which parts
//! of the answer it shows where. The API is asked in process, through the site's
//! own door and with the browser's own session ([`desk`]): whatever the console
//! does is a route first, and what is forbidden, invalid or gone by now is said by
//! that route alone. A form's fields become JSON by their names ([`typed`]).

mod assets;
mod control;
mod desk;
mod form;
pub mod handlers;
mod kept;
mod lacking;
mod laid_out;
mod loading;
mod named;
mod ours;
mod page;
mod pages;
mod plotted;
mod review;
mod rows;
mod shown;
mod typed;
mod upload;
mod variants;
mod view;
mod writing;
