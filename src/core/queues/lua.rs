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

/// A script with `fields(text)` in it: the fields of a message of protocol buffers by their numbers, each cut to 1,000 bytes.
macro_rules! with_fields {
    ($($script:literal),+) => {
        concat!(
            "local function fields(v) \
local f,i,l={},1,#v \
local function num() \
local x,m=0,1 \
while i<=l do local c=string.byte(v,i) i=i+1 x=x+(c%128)*m m=m*128 if c<128 then break end end \
return x end \
while i<=l do \
local tag=num() \
local w=tag%8 \
local k=string.format('%.0f',(tag-w)/8) \
if w==2 then local c=num() f[k]=string.sub(v,i,i+math.min(c,1000)-1) i=i+c \
elseif w==0 then f[k]=string.format('%.0f',num()) \
elseif w==5 then i=i+4 elseif w==1 then i=i+8 else break end end \
return f end \
",
            $($script),+
        )
    };
}

/// A script that works out what many jobs take that are kept, from ten of them that are spread over a sorted set; unknown of few.
/// What stands before and after an id in the names of their keys is given.
macro_rules! kept_bytes {
    ($before:literal) => {
        concat!(
            "local n=redis.call('ZCARD',KEYS[1]) ",
            "if n<1000 then return -1 end ",
            "local s,c=0,0 ",
            "for i=0,9 do ",
            "local id=redis.call('ZRANGE',KEYS[1],math.floor(i*n/10),math.floor(i*n/10))[1] ",
            "local b=id and redis.pcall('MEMORY','USAGE',",
            $before,
            "..id) ",
            "if type(b)=='number' then s=s+b c=c+1 end end ",
            "return c>0 and math.floor(s/c*n) or -1"
        )
    };
}

pub(super) use {kept_bytes, with_fields, with_iso};
