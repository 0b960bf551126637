//! Base64, strictly: every sequence of bytes has one spelling, and no other is read.

/// The digits of base64url (RFC 4648, section 5), which tokens and JWKs are written in.
const URL: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
/// The digits of plain base64, which PEM is written in.
const PLAIN: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// The bytes of base64url without padding; nothing for any other spelling of them.
pub(super) fn base64url(text: &[u8]) -> Option<Vec<u8>> {
    decode(text, URL)
}

/// The bytes of base64 with its padding; nothing for any other spelling of them.
pub(super) fn base64(text: &[u8]) -> Option<Vec<u8>> {
    if !text.len().is_multiple_of(4) {
        return None;
    }
    let padding = text.iter().rev().take_while(|byte| **byte == b'=').count();
    let digits = text.get(..text.len() - padding)?;
    // The padding fills the last group of four, which has at least two digits.
    let filled = digits.len() % 4;
    let fits = (filled == 0 && padding == 0) || (filled >= 2 && filled + padding == 4);
    if fits { decode(digits, PLAIN) } else { None }
}

/// The bytes of base64 of either kind, without its padding.
pub(super) fn unpadded(text: &[u8]) -> Option<Vec<u8>> {
    decode(text, PLAIN).or_else(|| decode(text, URL))
}

fn decode(text: &[u8], digits: &[u8; 64]) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3 + 2);
    for group in text.chunks(4) {
        let mut bits = 0_u32;
        for digit in group {
            let value = digits.iter().position(|known| known == digit)?;
            bits = bits << 6 | u32::try_from(value).ok()?;
        }
        // One digit alone is less than a byte, and the bits that no byte takes are zero in the one spelling.
        let (whole, spare) = match group.len() {
            4 => (3, 0),
            3 => (2, 2),
            2 => (1, 4),
            _ => return None,
        };
        if bits & ((1 << spare) - 1) != 0 {
            return None;
        }
        let [_, rest @ ..] = (bits >> spare).to_be_bytes();
        bytes.extend(rest.get(3 - whole..)?);
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_vectors_of_the_standard_are_read() {
        for (plain, text) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ] {
            assert_eq!(base64(text.as_bytes()).unwrap(), plain.as_bytes());
            assert_eq!(base64url(text.trim_end_matches('=').as_bytes()).unwrap(), plain.as_bytes());
        }
        assert_eq!(base64url(b"-_-_").unwrap(), [0xfb, 0xff, 0xbf]);
        assert_eq!(base64(b"+/+/").unwrap(), [0xfb, 0xff, 0xbf]);
    }

    #[test]
    fn bytes_have_one_spelling() {
        for text in
            ["Zg==", "Zg=", "Zh", "Zm9", "Z", "Zm9vY", "Zm 9v", "Zm9v\n", "+/+/", "Zg\u{e9}", "====", "\0\0\0\0"]
        {
            assert_eq!(base64url(text.as_bytes()), None, "{text:?}");
        }
        for text in ["Zg", "Zg=", "Zg===", "Zh==", "Zm9=", "=", "====", "Z===", "Zg==Zg==", "-_-_", "Zm9v\n", " Zm9v"] {
            assert_eq!(base64(text.as_bytes()), None, "{text:?}");
        }
    }
}
