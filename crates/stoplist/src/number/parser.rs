//! Which number does this text mean?
//!
//! Two paths, one answer. Text that is only digits, with or without a `+` before them, is read by
//! [`swar`] and looked up in a [`plan`] that says for its first four digits and its length what
//! the general rules would do, where they do the same for all such texts. Text with the usual
//! punctuation takes the same path after it is copied without it. Everything else, and every
//! refusal, is left to [`general`].

use super::plan::{self, NationalPlan};
use super::{PhoneNumber, Refusal, Region, general, swar};

/// Parses texts as phone numbers, with or without a default region. Made once, used for many.
///
/// What is accepted: 7 to 15 E.164 digits behind a known calling code, of a length that is
/// possible for it. The digits may come with a `+`, with the punctuation people write, as a `tel:`
/// URI, in full-width or other decimal digits; with a default region also in that region's
/// national formats and behind its international prefix. An extension is dropped. Without a
/// default region, a text of nothing but digits is taken as international, which is how WhatsApp
/// writes its `wa_id`.
///
/// What is refused, and why: see [`Refusal`]. Whether a number is assigned to anybody is not
/// looked at: that changes with every release of the number metadata.
///
/// # Cost
///
/// A few nanoseconds for plain digits that are accepted, some tens with spaces, hyphens, dots,
/// slashes or brackets among them, about a microsecond for anything else. Only the latter
/// allocates. Copying a `Parser` is free.
///
/// ```
/// use stoplist::{Parser, Refusal};
///
/// let german = Parser::with_region("DE".parse()?);
/// assert_eq!(german.parse("030 901820")?.get(), 4930901820);
/// assert_eq!(german.parse("+1 (650) 253-0000 ext. 12")?.get(), 16502530000);
/// assert_eq!(german.parse("0800-PIZZA"), Err(Refusal::Letters));
/// assert_eq!(Parser::international().parse("030 901820"), Err(Refusal::NeedsRegion));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Parser {
    region: Option<Region>,
    plan: Option<&'static NationalPlan>,
}

impl Parser {
    /// Takes international numbers only.
    #[must_use]
    pub const fn international() -> Self {
        Self { region: None, plan: None }
    }

    /// Takes international numbers and the national formats of `region`.
    #[must_use]
    pub fn with_region(region: Region) -> Self {
        Self { region: Some(region), plan: Some(plan::national(region)) }
    }

    /// With a region or without.
    #[must_use]
    pub fn new(region: Option<Region>) -> Self {
        region.map_or_else(Self::international, Self::with_region)
    }

    /// The default region.
    #[must_use]
    pub const fn region(&self) -> Option<Region> {
        self.region
    }

    /// Parses a text. White space around it does not matter.
    ///
    /// # Errors
    ///
    /// The [`Refusal`] that says why the text is not taken as a number.
    #[inline]
    pub fn parse(&self, text: &str) -> Result<PhoneNumber, Refusal> {
        match self.parse_plain(text.as_bytes()) {
            Some(number) => Ok(number),
            None => self.parse_unusual(text.as_bytes()),
        }
    }

    /// Parses bytes, which have to be UTF-8.
    ///
    /// # Errors
    ///
    /// As [`parse`](Self::parse); [`Refusal::NotANumber`] also for bytes that are not UTF-8.
    #[inline]
    pub fn parse_bytes(&self, text: &[u8]) -> Result<PhoneNumber, Refusal> {
        match self.parse_plain(text) {
            Some(number) => Ok(number),
            None => self.parse_unusual(text),
        }
    }

    /// Takes an integer as the text of its digits: international, or national with a region.
    ///
    /// # Errors
    ///
    /// As [`parse`](Self::parse).
    ///
    /// ```
    /// use stoplist::{Parser, Refusal};
    ///
    /// assert_eq!(Parser::with_region("US".parse()?).parse_value(6502530000)?.get(), 16502530000);
    /// assert_eq!(Parser::international().parse_value(16502530000)?.get(), 16502530000);
    /// assert_eq!(Parser::international().parse_value(12), Err(Refusal::TooShort));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[inline]
    pub fn parse_value(&self, value: u64) -> Result<PhoneNumber, Refusal> {
        match swar::taken_apart(value).and_then(|(digits, length)| self.look_up(digits, length)) {
            Some(number) => Ok(number),
            None => self.parse_unusual_value(value),
        }
    }

    /// The fast path: `None` is no refusal, only "look closer".
    #[inline]
    pub(super) fn parse_plain(&self, text: &[u8]) -> Option<PhoneNumber> {
        match text {
            [b'+', digits @ ..] => plan::international(swar::read(digits)?, digits.len()),
            digits => self.look_up(swar::read(digits)?, digits.len()),
        }
    }

    #[inline]
    fn look_up(&self, digits: swar::Digits, length: usize) -> Option<PhoneNumber> {
        match self.plan {
            None => plan::international(digits, length),
            Some(plan) => plan.complete(digits, length),
        }
    }

    #[cold]
    #[inline(never)]
    fn parse_unusual_value(&self, value: u64) -> Result<PhoneNumber, Refusal> {
        general::parse(&value.to_string(), self.region)
    }

    #[cold]
    #[inline(never)]
    fn parse_unusual(&self, text: &[u8]) -> Result<PhoneNumber, Refusal> {
        if let Some(number) = self.parse_punctuated(text) {
            return Ok(number);
        }
        let text = std::str::from_utf8(text).map_err(|_| Refusal::NotANumber)?;
        general::parse(text, self.region)
    }

    /// The fast path for digits among punctuation that means nothing: the general rules drop it
    /// too, wherever it stands. `None` is no refusal, only "look closer".
    pub(super) fn parse_punctuated(&self, text: &[u8]) -> Option<PhoneNumber> {
        let mut digits = [0; swar::MAX_DIGITS];
        let mut free = digits.iter_mut();
        let mut plus = false;
        for &byte in text.get(..text.len().min(MAX_PUNCTUATED + 1))? {
            match byte {
                b'0'..=b'9' => *free.next()? = byte,
                b' ' | b'-' | b'.' | b'/' | b'(' | b')' => {}
                b'+' if !plus && free.len() == swar::MAX_DIGITS => plus = true,
                _ => return None,
            }
        }
        let length = swar::MAX_DIGITS - free.len();
        // Without a `+` and without a region only bare digits are taken as international.
        if text.len() > MAX_PUNCTUATED || !plus && self.plan.is_none() || general::is_float(text) {
            return None;
        }
        let digits = swar::read(digits.get(..length)?)?;
        if plus { plan::international(digits, length) } else { self.look_up(digits, length) }
    }
}

/// The longest text that [`Parser::parse_punctuated`] reads, in bytes.
const MAX_PUNCTUATED: usize = 40;

impl Default for Parser {
    fn default() -> Self {
        Self::international()
    }
}
