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

/// A script that looks for jobs in a place: its text says in which, with `walk` and `put`.
///
/// `ARGV`: prefix, queue, how many were passed over, how many to look at, 1 for what is kept of a job (or 0 for no more than
/// tells its class), and how long a worker may be silent, milliseconds (`held`, in seconds), and 1
/// where it is told why a job failed (`whys`). It answers how many it looked at, the time in seconds, 1 where the place goes on too deep to be read, and of
/// each job that was put its mark, what stands beside it, its text (without `keep`, of a long
/// one beginning and end), the dump of its key or, without one, its text, its fate, and why it failed where its text does not tell.
///
/// - `walk(key, each, tail)`: members of a list (from its end where `tail`) or of a sorted set, with their scores.
/// - `put(mark, beside, text, key, fate, why)`: this is one; `fate` is the word of a [`super::deeds::JobFate`].
/// - `pick()`: whether it is the turn of the next of things that are not a list or a sorted set.
macro_rules! find_jobs {
    ($($script:expr),+ $(,)?) => {
        concat!(
            "local call,p,q,from,count,keep=redis.call,ARGV[1],ARGV[2],tonumber(ARGV[3]),tonumber(ARGV[4]),ARGV[5]=='1' ",
            "local held=ARGV[6]/1000 ",
            "local c=call('TIME') local now=c[1]+c[2]/1000000 ",
            "local r,seen,size,deep,nth={},0,0,0,0 ",
            "local whys=ARGV[7]=='1' ",
            "local function put(m,x,text,key,fate,why) ",
            "text=text or '' if key and call('EXISTS',key)==0 then return end ",
            "local d=keep and (key and call('DUMP',key) or text) or '' ",
            "if not keep then if #text>12288 then text=string.sub(text,1,8192)..string.sub(text,-4096) end ",
            "if m==text then m='' end end ",
            "why=string.sub(why or '',1,16384) ",
            "size=size+#d+#text+#why ",
            "r[#r+1]={m,tostring(x or ''),text,d or '',fate or '',why} end ",
            "local function pick() nth=nth+1 if nth>from and seen<count then seen=seen+1 return true end end ",
            "local function walk(k,each,tail) ",
            "local t=call('TYPE',k).ok ",
            "if t=='list' then ",
            "if from>=100000 then if from<call('LLEN',k) then deep=1 end return end ",
            "local l if tail then l=call('LRANGE',k,-(from+count),-(from+1)) else l=call('LRANGE',k,from,from+count-1) end ",
            "if tail and from>=call('LLEN',k) then l={} end ",
            "for i=1,#l do if size>1000000 then break end seen=seen+1 each(l[tail and #l+1-i or i],'') end ",
            "elseif t=='zset' then ",
            "local l=call('ZRANGE',k,from,from+count-1,'WITHSCORES') ",
            "for i=1,#l,2 do if size>1000000 then break end seen=seen+1 each(l[i],l[i+1]) end end end ",
            $($script),+,
            " return {seen,tostring(now),deep,r}"
        )
    };
}

pub(super) use find_jobs;

/// What every script that writes begins with.
///
/// `ARGV`: prefix, queue, how long a worker may be silent (milliseconds). In it are `call`, `p`, `q`, `now`, `held` (seconds),
/// `check`, which is there from 7.0 on, `dry` and `wrote`. While `dry` is set, `call` reads, and of a write it only sees whether
/// the user may do it and its key is at this node: so that a job is not moved by half. `wrote` counts writes.
pub const WRITE_BEGIN: &str = "\
if redis.replicate_commands then redis.replicate_commands() end \
local raw,check,dry,wrote=redis.call,redis.acl_check_cmd,false,0 \
local p,q,held=ARGV[1],ARGV[2],ARGV[3]/1000 \
local reads={} \
for w in string.gmatch('EXISTS GET GETRANGE HEXISTS HGET HLEN HMGET LLEN LRANGE PTTL SCARD TIME TYPE ZCARD ZRANGE ZSCORE','%u+') do reads[w]=true end \
local function call(c,...) \
if reads[c] then return raw(c,...) end \
if dry then \
if c~='PUBLISH' then raw('TYPE',(...)) end \
if not check(c,...) then error({err='NOPERM the user may not '..c..' '..tostring((...))}) end \
return 1 end \
local v=raw(c,...) wrote=wrote+1 return v end \
local c=call('TIME') local now=c[1]+c[2]/1000000 ";

/// What stands before the body of a function that moves a job.
///
/// `ARGV` goes on with mark, beside, text afterwards and record of each job. The script answers a number for each, an error where
/// one ended it, and how much of that one job was written by then. In it are `utc(seconds)`, `is(key, type)`, which ends it where
/// a key is of another type, and `restore(key, dump)`, which keeps the time that a key has to live.
pub const MOVE_BEGIN: &str = "\
local function utc(t) local f=math.floor \
local z=f(t/86400)+719468 local e=f(z/146097) local o=z-e*146097 \
local y=f((o-f(o/1460)+f(o/36524)-f(o/146096))/365) \
local d=o-(365*y+f(y/4)-f(y/100)) local m=f((5*d+2)/153) \
local day=d-f((153*m+2)/5)+1 local mon=m<10 and m+3 or m-9 \
y=y+e*400 if mon<=2 then y=y+1 end \
local s=t%86400 \
return string.format('%04d-%02d-%02dT%02d:%02d:%09.6fZ',y,mon,day,f(s/3600),f(s%3600/60),s%60) end \
local function is(k,kind) local t=call('TYPE',k).ok \
if t~='none' and t~=kind then error(k..' is a '..t) end end \
local function restore(k,d) local t=call('PTTL',k) \
if t<0 then t=0 end call('RESTORE',k,t,d,'REPLACE') end \
local function one(m,x,a,d) ";

/// What stands after it: each job is moved once nothing stands against any of its writes.
pub const MOVE_END: &str = " end \
local r={} \
for i=4,#ARGV,4 do \
local ok,v=true,1 \
wrote=0 \
if check then dry=true ok,v=pcall(one,ARGV[i],ARGV[i+1],ARGV[i+2],ARGV[i+3]) dry=false end \
if ok and v>0 then ok,v=pcall(one,ARGV[i],ARGV[i+1],ARGV[i+2],ARGV[i+3]) end \
if not ok then \
if type(v)=='table' then v=v.err end \
return {r,tostring(v),wrote} end \
r[#r+1]=v end \
return {r,'',0}";
