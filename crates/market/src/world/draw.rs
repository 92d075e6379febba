//! Chance that depends on nothing but its key, so that any moment of any listing is computed directly.

/// A stream of draws, begun from a seed and what is drawn for.
#[derive(Debug, Clone)]
pub(super) struct Draw(u64);

impl Draw {
    /// The stream of a key. Equal keys give equal draws, on any machine.
    pub(super) fn of(seed: u64, purpose: u64, key: &[u64]) -> Self {
        let mut state = mix(seed ^ purpose);
        for part in key {
            state = mix(state ^ *part);
        }
        Self(state)
    }

    /// The next 64 bits (`SplitMix64`).
    pub(super) fn bits(&mut self) -> u64 {
        let drawn = mix(self.0);
        self.0 = self.0.wrapping_add(STRIDE);
        drawn
    }

    /// From zero up to, but not including, `end`; zero where there is nothing to choose from.
    pub(super) fn below(&mut self, end: u64) -> u64 {
        u64::try_from((u128::from(self.bits()) * u128::from(end)) >> 64).unwrap_or(0)
    }

    /// From `low` to `high`, both included.
    pub(super) fn between(&mut self, low: i64, high: i64) -> i64 {
        let width = high.saturating_sub(low).max(0).cast_unsigned();
        low + self.below(width + 1).cast_signed()
    }

    /// Whether something happens that does so in `permille` of a thousand cases.
    pub(super) fn chance(&mut self, permille: u64) -> bool {
        self.below(1_000) < permille
    }

    /// One of several; there must be one.
    pub(super) fn pick<T: Copy>(&mut self, among: &[T]) -> T {
        let place = usize::try_from(self.below(among.len() as u64)).unwrap_or(0);
        among[place]
    }
}

/// What is drawn for, as a number; made while compiling, since views are made of hundreds of draws.
pub(super) const fn named(purpose: &str) -> u64 {
    let mut state = 0;
    let mut rest = purpose.as_bytes();
    while let [byte, others @ ..] = rest {
        state = mix(state ^ (*byte as u64));
        rest = others;
    }
    state
}

const STRIDE: u64 = 0x9e37_79b9_7f4a_7c15;

const fn mix(state: u64) -> u64 {
    let mut z = state.wrapping_add(STRIDE);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
