use super::plan::RegionRow;
pub(super) const CALLING_CODES: &[u16] = &[1];
pub(super) const INTERNATIONAL: &[(u16, u16)] = &[(0, 0)];
pub(super) static REGIONS: [RegionRow; 1] =
    [RegionRow { code: "US", calling_code: 1, prefixes: &[(0, 0)], classes: &[&[]] }];
