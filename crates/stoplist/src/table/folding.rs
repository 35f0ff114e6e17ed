//! When are two texts the same but for upper and lower case?
//!
//! When their letters are, each in lower case. A letter is folded by itself, whatever stands
//! beside it: only so is a part of a text found in the whole. That is why both lower-case forms of
//! the Greek sigma, of which one stands at the end of words, count as one.

/// Adds the text in lower case.
pub(super) fn fold_into(text: &str, folded: &mut Vec<u8>) {
    if text.is_ascii() {
        let start = folded.len();
        folded.extend_from_slice(text.as_bytes());
        folded.get_mut(start..).unwrap_or_default().make_ascii_lowercase();
        return;
    }
    let mut utf8 = [0; 4];
    for letter in text.chars().flat_map(char::to_lowercase) {
        let letter = if letter == 'ς' { 'σ' } else { letter };
        folded.extend_from_slice(letter.encode_utf8(&mut utf8).as_bytes());
    }
}

/// The text in lower case.
pub(super) fn fold(text: &str) -> Box<[u8]> {
    let mut folded = Vec::with_capacity(text.len());
    fold_into(text, &mut folded);
    folded.into_boxed_slice()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_of_every_alphabet_are_folded_and_parts_of_words_with_them() {
        for (text, folded) in
            [("", ""), ("O'Neill-42", "o'neill-42"), ("ÄÖÜß", "äöüß"), ("ЖУК", "жук"), ("Ⱥ", "ⱥ")]
        {
            assert_eq!(&*fold(text), folded.as_bytes(), "{text}");
        }
        assert_eq!(fold("ΟΔΟΣ"), fold("οδος"));
        let (part, whole) = (fold("ΔΟΣ"), fold("Οδοσία"));
        assert!(whole.windows(part.len()).any(|window| window == &*part));
    }

    #[test]
    fn folding_adds_to_what_is_there() {
        let mut folded = b"A".to_vec();
        fold_into("BÉ", &mut folded);
        assert_eq!(folded, "Abé".as_bytes());
    }
}
