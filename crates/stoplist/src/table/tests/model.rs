//! What would plain code answer?

use std::cmp::Ordering;

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use super::super::*;

/// A contact as the model keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) name: String,
    pub(super) email: String,
    pub(super) category: String,
    pub(super) primary: Option<PhoneNumber>,
    pub(super) secondary: Option<PhoneNumber>,
    pub(super) groups: Vec<String>,
    pub(super) status: ContactStatus,
    pub(super) created_at_us: i64,
    pub(super) blocked_at_us: Option<i64>,
}

impl Row {
    pub(super) fn put_into(&self, table: &mut Table, slot: u32) {
        let row = TableRow {
            name: &self.name,
            email: &self.email,
            category: &self.category,
            primary: self.primary,
            secondary: self.secondary,
            groups: &self.groups,
            status: self.status,
            created_at_us: self.created_at_us,
            blocked_at_us: self.blocked_at_us,
        };
        table.put(slot, &row);
    }

    fn numbers(&self) -> impl Iterator<Item = String> {
        [self.primary, self.secondary].into_iter().flatten().map(|number| number.get().to_string())
    }
}

pub(super) fn lower(text: &str) -> String {
    text.to_lowercase().replace('ς', "σ")
}

/// Puts rows into slots, those past the end at the end.
pub(super) fn put_all(table: &mut Table, model: &mut Vec<Row>, puts: &[(usize, Row)]) {
    for (place, row) in puts {
        let slot = (*place).min(model.len());
        row.put_into(table, slot as u32);
        if slot == model.len() {
            model.push(row.clone());
        } else {
            model[slot] = row.clone();
        }
    }
}

/// A condition, as the model knows it.
#[derive(Clone, Debug)]
pub(super) enum Rule {
    Status(Vec<ContactStatus>, bool),
    Category(String, bool),
    Group(String, bool),
    Search(String),
    Name(String, bool),
    Email(String, bool),
    Number(String, bool),
    Created(i64, bool),
    Blocked(i64, bool),
}

fn moment(time_us: i64) -> jiff::Timestamp {
    jiff::Timestamp::from_microsecond(time_us).unwrap()
}

fn same_or_part(text: &str, wanted: &str, whole: bool) -> bool {
    let (text, wanted) = (lower(text), lower(wanted));
    if whole { text == wanted } else { text.contains(&wanted) }
}

fn digits_of(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

impl Rule {
    pub(super) fn add_to(&self, filter: ContactFilter) -> ContactFilter {
        match self {
            Self::Status(statuses, true) => filter.status_in(statuses.iter().copied()),
            Self::Status(statuses, false) => filter.status_not_in(statuses.iter().copied()),
            Self::Category(name, true) => filter.category(name),
            Self::Category(name, false) => filter.not_category(name),
            Self::Group(name, true) => filter.group(name),
            Self::Group(name, false) => filter.not_group(name),
            Self::Search(text) => filter.search(text),
            Self::Name(text, true) => filter.name(text),
            Self::Name(text, false) => filter.name_contains(text),
            Self::Email(text, true) => filter.email(text),
            Self::Email(text, false) => filter.email_contains(text),
            Self::Number(text, true) => filter.number(text).unwrap(),
            Self::Number(text, false) => filter.number_contains(text).unwrap(),
            Self::Created(time_us, true) => filter.created_from(moment(*time_us)),
            Self::Created(time_us, false) => filter.created_before(moment(*time_us)),
            Self::Blocked(time_us, true) => filter.blocked_from(moment(*time_us)),
            Self::Blocked(time_us, false) => filter.blocked_before(moment(*time_us)),
        }
    }

    pub(super) fn holds(&self, row: &Row) -> bool {
        match self {
            Self::Status(statuses, is_in) => statuses.contains(&row.status) == *is_in,
            Self::Category(name, is_in) => (lower(&row.category) == lower(name)) == *is_in,
            Self::Group(name, is_in) => {
                row.groups.iter().any(|group| lower(group) == lower(name)) == *is_in
            }
            Self::Search(text) => {
                let digits = digits_of(text);
                let is_number = digits.len() >= 2
                    && text.chars().all(|c| c.is_ascii_digit() || "+ -./()[]".contains(c));
                same_or_part(&row.name, text, false)
                    || same_or_part(&row.email, text, false)
                    || is_number && row.numbers().any(|number| number.contains(&digits))
            }
            Self::Name(text, whole) => same_or_part(&row.name, text, *whole),
            Self::Email(text, whole) => same_or_part(&row.email, text, *whole),
            Self::Number(text, true) => row.numbers().any(|number| number == digits_of(text)),
            Self::Number(text, false) => {
                row.numbers().any(|number| number.contains(&digits_of(text)))
            }
            Self::Created(time_us, from) => (row.created_at_us >= *time_us) == *from,
            Self::Blocked(time_us, from) => {
                row.blocked_at_us.is_some_and(|blocked_us| (blocked_us >= *time_us) == *from)
            }
        }
    }
}

pub(super) fn filter_of(rules: &[Rule]) -> ContactFilter {
    rules.iter().fold(ContactFilter::new(), |filter, rule| rule.add_to(filter))
}

/// The slots of the rows that meet all rules, in an order.
pub(super) fn answer(model: &[Row], rules: &[Rule], sort: ContactSort) -> Vec<usize> {
    let meets_all = |slot: &usize| rules.iter().all(|rule| rule.holds(&model[*slot]));
    let mut slots: Vec<usize> = (0..model.len()).filter(meets_all).collect();
    slots.sort_by(|&a, &b| compare(model, a, b, sort));
    slots
}

fn compare(model: &[Row], a: usize, b: usize, sort: ContactSort) -> Ordering {
    let (row_a, row_b) = (&model[a], &model[b]);
    let turned = |order: Ordering| if sort.descending { order.reverse() } else { order };
    let order = match sort.field {
        SortField::Name => turned(lower(&row_a.name).cmp(&lower(&row_b.name))),
        SortField::Email => turned(lower(&row_a.email).cmp(&lower(&row_b.email))),
        SortField::Category => turned(lower(&row_a.category).cmp(&lower(&row_b.category))),
        SortField::Status => turned(row_a.status.cmp(&row_b.status)),
        SortField::Created => turned(row_a.created_at_us.cmp(&row_b.created_at_us)),
        SortField::Primary => match (row_a.primary, row_b.primary) {
            (Some(a), Some(b)) => turned(a.cmp(&b)),
            (a, b) => a.is_none().cmp(&b.is_none()),
        },
        SortField::Blocked => match (row_a.blocked_at_us, row_b.blocked_at_us) {
            (Some(a), Some(b)) => turned(a.cmp(&b)),
            (a, b) => a.is_none().cmp(&b.is_none()),
        },
    };
    order.then(turned(a.cmp(&b)))
}

pub(super) fn ids(slots: &[usize]) -> Vec<u64> {
    slots.iter().map(|&slot| slot as u64 + 1).collect()
}

const NAMES: [&str; 6] = ["", "Lead", "LEAD", "customer", "Élan", "vip, eu"];
fn name_of_any() -> impl Strategy<Value = String> {
    select(&NAMES[..]).prop_map(str::to_owned)
}

/// Signs, letters that grow or change with others when folded, and what a search could trip over;
/// and texts that are equal in the first bytes and different after them.
fn text() -> impl Strategy<Value = String> {
    prop_oneof!["[aAbéÉσΣςİȺ 1%\0\u{7f}_.@-]{0,3}", "[aA]{6,16}[aAbéÉσΣςİȺ 1%\0\u{7f}_.@-]{0,2}",]
}

fn number() -> impl Strategy<Value = PhoneNumber> {
    prop_oneof![
        select(vec![1_000_000, 1_000_001, 4_930_901_820, 999_999_999_999_999]),
        1_000_000_u64..=999_999_999_999_999,
    ]
    .prop_map(|number| PhoneNumber::new(number).unwrap())
}

fn time_us() -> impl Strategy<Value = i64> {
    prop_oneof![-3_i64..3, -377_000_000_000_000_000..=253_000_000_000_000_000_i64]
}

fn status() -> impl Strategy<Value = ContactStatus> {
    select(&ContactStatus::ALL[..])
}

pub(super) fn row() -> impl Strategy<Value = Row> {
    let texts = (text(), text(), name_of_any(), vec(name_of_any(), 0..4));
    let numbers = (option::of(number()), option::of(number()));
    (texts, numbers, status(), time_us(), option::of(time_us())).prop_map(
        |((name, email, category, groups), (primary, secondary), status, created, blocked)| Row {
            name,
            email,
            category,
            primary,
            secondary,
            groups,
            status,
            created_at_us: created,
            blocked_at_us: blocked,
        },
    )
}

pub(super) fn puts(count: usize) -> impl Strategy<Value = Vec<(usize, Row)>> {
    // Half of them replace a row.
    vec((0..count, row()), 0..count)
}

pub(super) fn rule() -> impl Strategy<Value = Rule> {
    let part = || prop_oneof!["[aAbéÉσΣςİȺ 1%\0\u{7f}_.@-]{0,2}", text()];
    let digits = || prop_oneof!["[0-9]{1,3}", "[0-9]{7,16}", Just("+4930901820".to_owned())];
    prop_oneof![
        (vec(status(), 0..3), any::<bool>()).prop_map(|(s, is_in)| Rule::Status(s, is_in)),
        (name_of_any(), any::<bool>()).prop_map(|(name, is_in)| Rule::Category(name, is_in)),
        (name_of_any(), any::<bool>()).prop_map(|(name, is_in)| Rule::Group(name, is_in)),
        part().prop_map(Rule::Search),
        "[0-9][ +./()-]?[0-9]{0,2}".prop_map(Rule::Search),
        (part(), any::<bool>()).prop_map(|(text, whole)| Rule::Name(text, whole)),
        (part(), any::<bool>()).prop_map(|(text, whole)| Rule::Email(text, whole)),
        (digits(), any::<bool>()).prop_map(|(text, whole)| Rule::Number(text, whole)),
        (time_us(), any::<bool>()).prop_map(|(time_us, from)| Rule::Created(time_us, from)),
        (time_us(), any::<bool>()).prop_map(|(time_us, from)| Rule::Blocked(time_us, from)),
    ]
}

pub(super) fn sort() -> impl Strategy<Value = ContactSort> {
    (select(&SortField::ALL[..]), any::<bool>())
        .prop_map(|(field, descending)| ContactSort { field, descending })
}
