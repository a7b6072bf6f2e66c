//! Beginnings of scripts that several adapters share.
//!
//! Knows Lua as every Redis since 2.6 has it. Invariant: what begins so still calls nothing by itself.

/// A script with `iso(text)` in it: seconds since 1970 of a time as ISO 8601 has it, with its offset where there is one.
macro_rules! with_iso {
    ($($script:literal),+) => {
        concat!(
            "local function iso(s) ",
            "local y,m,d,H,M,S=string.match(s,'(%d+)-(%d+)-(%d+)[T ](%d+):(%d+):(%d+)') ",
            "if not y then return nil end ",
            "y,m=tonumber(y),tonumber(m) if m<3 then y=y-1 m=m+12 end ",
            "local f=math.floor ",
            "local days=365*y+f(y/4)-f(y/100)+f(y/400)+f((153*(m-3)+2)/5)+d-719469 ",
            "local o,h,n=string.match(s,'([+-])(%d%d):?(%d%d)$') ",
            "local z=0 if o then z=(h*60+n)*60 if o=='-' then z=-z end end ",
            "return ((days*24+H)*60+M)*60+S-z end ",
            $($script),+
        )
    };
}

pub(super) use with_iso;
