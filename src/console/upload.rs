//! A form with a file in it, as browsers send it (RFC 7578).

use bytes::Bytes;
use http::HeaderMap;
use http::header::CONTENT_TYPE;

/// What was sent: the fields, and the last of its files.
pub struct Upload {
    pub pairs: Vec<(String, String)>,
    pub file: Bytes,
}

/// What parts such a form; none: it has no file in it.
pub fn boundary(headers: &HeaderMap) -> Option<String> {
    let kind = headers.get(CONTENT_TYPE)?.to_str().ok()?.strip_prefix("multipart/form-data")?;
    let boundary = kind.split_once("boundary=")?.1.split(';').next()?.trim_matches('"');
    (!boundary.is_empty()).then(|| format!("\r\n--{boundary}"))
}

/// Reads a form. What breaks off counts for nothing.
pub fn read(body: &Bytes, boundary: &str) -> Upload {
    let mut upload = Upload { pairs: Vec::new(), file: Bytes::new() };
    // The first has no line before it.
    let mut at = boundary.len().saturating_sub(2);
    while let Some(end) = find(body, at, boundary.as_bytes()) {
        let part = body.slice(at.min(end)..end);
        at = end.saturating_add(boundary.len());
        let Some(head) = find(&part, 0, b"\r\n\r\n") else { continue };
        let (head, value) = (part.slice(..head), part.slice(head.saturating_add(4)..));
        let head = String::from_utf8_lossy(&head);
        let Some(name) = head.split_once("name=\"").and_then(|(_, rest)| rest.split('"').next()) else { continue };
        if head.contains("filename=\"") {
            upload.file = value;
        } else {
            upload.pairs.push((name.to_owned(), String::from_utf8_lossy(&value).into_owned()));
        }
    }
    upload
}

/// Where the next of these begins.
fn find(bytes: &Bytes, from: usize, what: &[u8]) -> Option<usize> {
    let found = bytes.get(from..)?.windows(what.len()).position(|window| window == what)?;
    Some(from.saturating_add(found))
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    #[test]
    fn a_file_is_read_as_it_is_beside_its_fields() {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("multipart/form-data; boundary=--x1"));
        let boundary = boundary(&headers).unwrap();
        let body = "----x1\r\nContent-Disposition: form-data; name=\"_do\"\r\n\r\nimport\r\n----x1\r\n\
                    Content-Disposition: form-data; name=\"/file:text\"; filename=\"a.csv\"\r\nContent-Type: text/csv\r\n\r\n\
                    a,b\r\n\r\n1,2\r\n\r\n----x1--\r\n";
        let Upload { pairs, file } = read(&Bytes::from(body), &boundary);
        assert_eq!(pairs, [("_do".to_owned(), "import".to_owned())]);
        assert_eq!(file, Bytes::from("a,b\r\n\r\n1,2\r\n"));
    }

    #[test]
    fn what_is_no_such_form_has_no_file() {
        let mut headers = HeaderMap::new();
        assert_eq!(boundary(&headers), None);
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"));
        assert_eq!(boundary(&headers), None);
        assert!(read(&Bytes::from("--x\r\n"), "\r\n--x").pairs.is_empty());
    }
}
