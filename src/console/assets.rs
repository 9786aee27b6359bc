//! The files that the console's pages are dressed with.

use crate::web::assets::Asset;
pub use crate::web::assets::ICON;

pub const STYLES: Asset = Asset::new("admin", "css", include_bytes!("../../public/assets/admin.css"));
pub const SCRIPT: Asset = Asset::new("admin", "js", include_bytes!("../../public/assets/admin.js"));
pub const PICTURES: Asset = Asset::new("pictures", "js", include_bytes!("../../public/assets/pictures.js"));
