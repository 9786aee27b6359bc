//! What is refused of uploads.

use crate::problem::Problem;

crate::codes! {
    /// The bytes are those of no kind of picture that the shop takes.
    UNKNOWN_PICTURE = UNSUPPORTED_MEDIA_TYPE "unknown_picture";
    /// The picture does not say how large it is, as one that was cut off does not.
    BROKEN_PICTURE = UNPROCESSABLE_ENTITY "broken_picture";
    /// The picture has more pixels than one may have.
    PICTURE_TOO_LARGE = UNPROCESSABLE_ENTITY "picture_too_large";
    /// The picture is just being taken away, because nothing has shown it for days; try again.
    UPLOAD_GOING = CONFLICT "upload_going";
    /// A picture has as many smaller ones as one may have.
    TOO_MANY_SIZES = CONFLICT "too_many_sizes";
    /// The shop has as many uploads as one may have, or they are too large together.
    UPLOADS_FULL = CONFLICT "uploads_full";
}

/// What a violated constraint of the schema means.
pub fn refusal(constraint: &str) -> Option<Problem> {
    let names = |name| constraint.contains(name);
    if names("upload_going") {
        Some(Problem::new(
            UPLOAD_GOING,
            "this picture, or the larger one, is just being taken away; try again in a minute",
        ))
    } else if names("too_many_sizes") {
        Some(Problem::new(TOO_MANY_SIZES, "a picture has at most 8 smaller ones"))
    } else if names("too_many_uploads") {
        Some(Problem::new(
            UPLOADS_FULL,
            "a shop has at most 250,000 uploads; take pictures off products that need fewer",
        ))
    } else if names("uploads_too_large") {
        Some(Problem::new(UPLOADS_FULL, "the shop's uploads take more than 100 GB together"))
    } else {
        None
    }
}
