//! Where pictures of products and collections are, and what is known of those that were uploaded.

use super::{Draft, MAX_ERRORS};
use crate::catalog::body::ImageBody;
use crate::catalog::limits::MAX_URL;
use crate::catalog::product::Image;
use crate::problem::{FieldError, Problem};
use crate::text::Refusal;
use crate::uploads::{Known, Name};

/// What is wrong with a picture that [`sized`] finds nothing of.
pub const NOT_THERE: &str = "no upload of the shop's is there, or it is a smaller one of another";

/// The uploads that a body's pictures are, to be looked up.
pub fn uploads_in(images: &[ImageBody]) -> Vec<Name> {
    images.iter().filter_map(|image| image.upload.clone().or_else(|| Name::at(image.url.as_deref()?))).collect()
}

/// An address that a page may show: encrypted, or the shop's own.
pub fn address(image: ImageBody) -> Result<String, Refusal> {
    let url = match (image.url, image.upload) {
        (Some(url), None) => url,
        (None, Some(upload)) => return Ok(upload.address()),
        _ => return Err("either an address, or the id of an upload as upload".to_owned()),
    };
    let own = url.starts_with('/') && !url.starts_with("//");
    let secure = url.strip_prefix("https://").is_some_and(|rest| !rest.is_empty() && !rest.starts_with('/'));
    let plain = url.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'<' | b'>' | b'\\'));
    if (own || secure) && plain && url.len() <= MAX_URL {
        Ok(url)
    } else {
        Err("an address that begins with https:// or /, at most 2,048 characters, percent-encoded".to_owned())
    }
}

/// Gives a picture what is known of the upload that it is. That must be there, as each
/// of those of `before` is; any other picture is whatever it is.
pub fn sized(image: &mut Image, known: &[Known], before: &[Image]) -> bool {
    if !image.url.starts_with("/media/") {
        return true;
    }
    let upload = Name::at(&image.url);
    let Some(known) = known.iter().find(|known| Some(&known.name) == upload.as_ref()) else {
        return sized_before(image, before);
    };
    (image.width, image.height) = (Some(known.width), Some(known.height));
    image.srcset.clone_from(&known.srcset);
    true
}

/// Gives a picture what was known of it before; whether it was there.
fn sized_before(image: &mut Image, before: &[Image]) -> bool {
    let Some(shown) = before.iter().find(|shown| shown.url == image.url) else { return false };
    let Image { width, height, srcset, .. } = shown.clone();
    (image.width, image.height, image.srcset) = (width, height, srcset);
    true
}

impl Draft {
    /// With what is known of the uploads it shows, which must be there; those of
    /// `before` are.
    pub fn show(mut self, known: &[Known], before: &[Image]) -> Result<Self, Problem> {
        let mut errors = Vec::new();
        for (n, image) in self.images.iter_mut().enumerate() {
            if !sized(image, known, before) && errors.len() < MAX_ERRORS {
                errors.push(FieldError::new(format!("/images/{n}"), NOT_THERE));
            }
        }
        if errors.is_empty() { Ok(self) } else { Err(Problem::invalid(errors)) }
    }

    /// With what was known before of pictures that nobody has looked up anew.
    pub(super) fn keep_known(&mut self, before: &[Image]) {
        for image in self.images.iter_mut().filter(|image| image.width.is_none()) {
            sized_before(image, before);
        }
    }
}
