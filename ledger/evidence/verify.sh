#!/usr/bin/env bash
# Checks a proof folder of a send-ledger, offline, with none of the school's programs:
# bash 4.4, awk, sed, grep, the GNU core utilities and OpenSSL 3.0, or newer.
#
#     bash verify.sh [--policy DIR] [FOLDER]
#
# FOLDER is the one that holds this script unless named.  DIR is a trust policy from
# somebody other than whoever gave you FOLDER: policy.txt, genesis.sha256, tsa-roots.pem.
#
# Ends with 0: verified against the outside policy.  10: altered.  11: nothing was found
# altered, but not everything could be verified; without --policy that is always so.
# 2, 5, 6: nothing was checked, for the words or the trust policy given cannot be used.
#
# The formats: RFC 9901 (SD-JWT), RFC 9162 (log), RFC 3161 (time stamps), and C2SP
# signed-note, tlog-checkpoint, tlog-cosignature, tlog-proof, tlog-policy.  JSON is read
# in the one spelling that a ledger may write; any other is refused.
case ${BASH_VERSION:-none}:${SHELLOPTS-}: in
  none:* | *:posix:*) echo 'Run this with bash: bash verify.sh [--policy DIR] [FOLDER]'; exit 2 ;;
esac
set -u -f
export LC_ALL=C
umask 077
incomplete=0

altered() { printf 'ALTERED: %s.\n' "$*"; exit 10; }
lacking() { printf 'NOT VERIFIED: %s.\n' "$*"; incomplete=1; }
stop() { printf 'NOT VERIFIED: %s.\n' "$*"; exit 11; }
tell() { printf 'Note: %s.\n' "$*"; }
usage() { printf '%s\n' "$@" 'Usage: bash verify.sh [--policy DIR] [FOLDER]'; exit 2; }

# --- text, hexadecimal, base64: functions answer in REPLY -------------------------------
STANDARD=ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/
URL=${STANDARD%+/}-_
DASH=$'\xe2\x80\x94' NL=$'\n'
ID='[A-Za-z0-9_-]{21}[AQgw]' HASH='[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]'
SIG='[A-Za-z0-9_-]{85}[AQgw]' NUM='(0|[1-9][0-9]{0,18})' DAY='[0-9]{4}-[0-9]{2}-[0-9]{2}'
B64HASH='[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]='
PLACE='\{"seq":([1-9][0-9]{0,18}),"hash":"'"$HASH"'"\}'
HEADER='^\{"alg":"Ed25519","typ":"send-([a-z-]+)\+sd-jwt","kid":"('"$HASH"')"\}$'
PAYLOAD='^\{"v":1,"lid":"('"$ID"')","stream":"('"$ID"')","seq":'"$NUM"
PAYLOAD+=',"prev":(null|"'"$HASH"'"),"recorded_at":"('"$DAY"'T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]Z)"'
PAYLOAD+=',"anchor":(null|\{"size":'"$NUM"',"root":"'"$HASH"'","tokens":\[("'"$HASH"'"(,"'"$HASH"'")*)?\]\})'
ROLE='(root|head|senco|administrator|teacher|dpo|governor|inspector|system|log|cosigner|access|responsible-body)'
PAYLOAD+=',"auth":(null|'"$PLACE"'),"role":"'"$ROLE"'"(.*),"_sd":\[([^]]*)\],"_sd_alg":"sha-256"\}$'

# The members that each kind adds, and nothing else: statement.md.
RANGE='\{"stream":"'"$ID"'","from":[1-9][0-9]{0,18},"to":[1-9][0-9]{0,18}\}'
RANGES=',"ranges":\['"$RANGE"'(,'"$RANGE"')*\],"basis":"[a-z0-9-]{1,64}"'
UNTIL=',"until":(null|"'"$DAY"'")' SIZE=',"size":'"$NUM"',"root":"'"$HASH"'"'
declare -A FURTHER=([event]='' [manifest]='' [receipt]='' [access-record]='' [directory]=''
  [key-registered]=',"person":"('"$ID"')","jwk":\{"kty":"OKP","crv":"Ed25519","x":"('"$HASH"')"\}'
  [key-revoked]=',"kid":"('"$HASH"')","from_index":'"$NUM"',"reason":"(compromised|lost|superseded|left)"'
  [role-granted]=',"person":"('"$ID"')","granted":"'"$ROLE"'","from":"('"$DAY"')"'"$UNTIL"
  [role-withdrawn]=',"person":"('"$ID"')","withdrawn":"'"$ROLE"'","from_index":'"$NUM"
  [stream-head]=',"head":\{"stream":"'"$ID"'","seq":[1-9][0-9]{0,18},"hash":"'"$HASH"'"\}'
  [anchor]="$SIZE"',"tokens":\[("'"$HASH"'"(,"'"$HASH"'")*)?\]'
  [erasure]="$RANGES" [hold]="$RANGES$UNTIL"
  [succession]=',"origin":"(send-ledger/v1/'"$ID"')"'"$SIZE" [countersignature]=',"of":"'"$HASH"'"')
FURTHER[key-registered]+=',"custody":"(passphrase|server-session|device)","possession":"('"$SIG"')"'

RESERVED=' ... _sd _sd_alg v lid stream seq prev recorded_at anchor auth role person jwk custody possession
 kid from_index reason granted from until withdrawn head size root tokens ranges basis origin of alg typ '
RESERVED=${RESERVED//$NL/}

standard() { REPLY=${1//-/+}; REPLY=${REPLY//_/\/}; }
to_hex() { # base64 or base64url of a few bytes
  local s i j n before part out=''
  standard "${1%%=*}"; s=$REPLY
  for ((i = 0; i < ${#s}; i += 4)); do
    for ((n = 0, j = i; j < i + 4; j++)); do
      before=${STANDARD%%"${s:j:1}"*}
      n=$((n * 64 + (j < ${#s} ? ${#before} : 0)))
    done
    printf -v part '%06x' "$n"; out+=$part
  done
  REPLY=${out:0:${#s} * 6 / 8 * 2}
}
to_url() { # hexadecimal to base64url
  local i n part pad out=''
  for ((i = 0; i < ${#1}; i += 6)); do
    part=${1:i:6}; pad=$((6 - ${#part})); n=$((16#$part << 4 * pad))
    out+=${URL:n >> 18 & 63:1}${URL:n >> 12 & 63:1}
    ((pad > 2)) || out+=${URL:n >> 6 & 63:1}
    ((pad > 0)) || out+=${URL:n & 63:1}
  done
  REPLY=$out
}
bytes() { # write the bytes of hexadecimal
  local i escaped=''
  for ((i = 0; i < ${#1}; i += 2)); do escaped+="\\x${1:i:2}"; done
  printf '%b' "$escaped"
}
decode() { # write the bytes of base64url
  standard "$1"
  while ((${#REPLY} % 4)); do REPLY+='='; done
  printf '%s' "$REPLY" | base64 -d 2>/dev/null
}
decode_text() { decode "$1" | tr '\000' '\001'; } # $(...) drops a zero byte; \001 is refused
is_url() { # base64url without padding, in its one spelling: spare bits are zero
  [[ $1 != *[!A-Za-z0-9_-]* ]] || return 1
  case $((${#1} % 4)) in
    1) return 1 ;;
    2) [[ $1 == *[AQgw] ]] ;;
    3) [[ $1 == *[AEIMQUYcgkosw048] ]] ;;
  esac
}
sum_file() { REPLY=$(sha256sum <"$1"); REPLY=${REPLY%% *}; }
sum_text() { printf '%s' "$1" >"$work/bytes"; sum_file "$work/bytes"; }
sum_bytes() { bytes "$1" >"$work/bytes"; sum_file "$work/bytes"; } # given as hexadecimal
is_day() { # YYYY-MM-DD: there was such a day
  local y=$((10#${1:0:4})) m=$((10#${1:5:2})) d=$((10#${1:8})) days=(0 31 28 31 30 31 30 31 31 30 31 30 31)
  ((y % 4 || (y % 100 == 0 && y % 400))) || days[2]=29
  ((y > 0 && m > 0 && m < 13)) && ((d > 0 && d <= days[m]))
}
read_file() {
  [ -f "$1" ] || altered "$1 is missing"
  ! IFS= read -r -d '' REPLY <"$1" || altered "$1 holds what is not text" # it stops at a zero byte
}

# --- keys and signatures ------------------------------------------------------------------
pem() { # write a key, given as base64url, as SubjectPublicKeyInfo: RFC 8410
  standard "$1"
  printf -- '-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA%s=\n-----END PUBLIC KEY-----\n' "$REPLY"
}
signed_by() { # key, signature (both base64url), message
  pem "$1" >"$work/key"; decode "$2" >"$work/signature"; printf '%s' "$3" >"$work/message"
  openssl pkeyutl -verify -pubin -inkey "$work/key" -rawin -in "$work/message" \
    -sigfile "$work/signature" >/dev/null 2>&1
}
thumbprint() { # of a key: RFC 7638
  sum_text '{"crv":"Ed25519","kty":"OKP","x":"'"$1"'"}'; to_url "$REPLY"
}
LOW=" 0000000000000000000000000000000000000000000000000000000000000000
 0100000000000000000000000000000000000000000000000000000000000000
 26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05
 c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a
 ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f "
is_weak() { # low order (C2SP CCTV ed25519), or y not below 2^255 - 19
  local y; to_hex "$1"
  printf -v y '%s%02x' "${REPLY:0:62}" $((16#${REPLY:62} & 127))
  [[ $LOW != *" $y"* ]] || return 0
  [[ ${y:2} =~ ^f{60}7f$ ]] && ((16#${y:0:2} >= 16#ed))
}
read_vkey() { # name+id+base64: sets vname, vid, vtype, vx
  [[ $1 =~ ^([^+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+=*)$ ]] || return 1
  vname=${BASH_REMATCH[1]} vid=${BASH_REMATCH[2]}
  to_hex "${BASH_REMATCH[3]}"; vtype=${REPLY:0:2} vx=${REPLY:2}
  { printf '%s\n' "$vname"; bytes "$vtype$vx"; } >"$work/bytes"
  sum_file "$work/bytes"
  [ "${REPLY:0:8}" = "$vid" ] || return 1
  [ "$vtype" != 06 ] || return 0 # ML-DSA-44: known, but not checked here
  [[ ($vtype == 01 || $vtype == 04) && ${#vx} -eq 64 ]] || return 1
  to_url "$vx"; vx=$REPLY
}

# --- the trust policy: C2SP tlog-policy ------------------------------------------------------
log_keys=() witnesses=() groups=() quorum=''
unusable() { # exit code, words: whose the policy is decides what follows
  [ "$trusted" != policy ] || altered "the policy of the folder: $2"
  printf 'REFUSED: the trust policy: %s.\n' "$2"; exit "$1"
}
read_trusted() { # folder of a trust policy, as far as it can be judged by itself
  local one trusted=$1
  for one in policy.txt genesis.sha256 tsa-roots.pem; do
    [ ! -L "$trusted/$one" ] || unusable 6 "$one is a link"
    [[ ! -e $trusted/$one || -f $trusted/$one ]] || unusable 6 "$one is no file"
  done
  [ -f "$trusted/policy.txt" ] || unusable 5 'there is no policy.txt in it'
  read_policy "$trusted" || unusable 6 'policy.txt is malformed'
  one=$trusted/tsa-roots.pem
  if [ -f "$one" ] && grep -q '[^[:space:]]' "$one"; then
    if ! grep -q -e '-----BEGIN CERTIFICATE-----' "$one" ||
      ! openssl crl2pkcs7 -nocrl -certfile "$one" -out "$work/bytes" 2>/dev/null; then
      unusable 6 'tsa-roots.pem is malformed'
    fi
  fi
  one=$trusted/genesis.sha256
  if [ -f "$one" ]; then named "$one" || unusable 6 'genesis.sha256 is malformed'; fi
}
named() { # genesis.sha256: REPLY is the hash in it
  ! IFS= read -r -d '' REPLY <"$1" || return 1
  [[ $REPLY =~ ^([0-9a-f]{64})(\ \ [!-~]+)?$NL?$ ]] && REPLY=${BASH_REMATCH[1]}
}
read_policy() { # folder
  local line word names=' none ' free=' ' keys=' ' member
  [ "$(tail -c 1 "$1/policy.txt" | wc -l)" -eq 1 ] || return 1
  [ "$(tr -d '\011\012\040-\176\200-\377' <"$1/policy.txt" | wc -c)" -eq 0 ] || return 1
  while IFS= read -r line; do
    IFS=$' \t' read -r -a word <<<"$line"
    case ${word[0]-#} in
      \#*) ;;
      log) [[ ${#word[@]} -eq 2 || ${#word[@]} -eq 3 ]] && read_vkey "${word[1]}" || return 1
        [[ $vtype != 04 && $keys != *" log:$vx "* ]] || return 1
        keys+="log:$vx "
        [ "$vtype" != 01 ] || log_keys+=("$vname $vid $vx") ;;
      witness) [[ ${#word[@]} -eq 3 || ${#word[@]} -eq 4 ]] && read_vkey "${word[2]}" || return 1
        [[ $vtype != 01 && $keys != *" witness:$vx "* && $names != *" ${word[1]} "* ]] || return 1
        keys+="witness:$vx " names+="${word[1]} " free+="${word[1]} "
        [ "$vtype" != 04 ] || witnesses+=("${word[1]} $vname $vid $vx") ;;
      group) [[ ${#word[@]} -gt 3 && ${word[2]} =~ ^(any|all|[1-9][0-9]{0,3})$ ]] || return 1
        [[ ${word[2]} == a* || ${word[2]} -le $((${#word[@]} - 3)) ]] || return 1
        for member in "${word[@]:3}"; do
          [[ $free == *" $member "* ]] || return 1
          free=${free/" $member "/ }
        done
        [[ $names != *" ${word[1]} "* ]] || return 1
        names+="${word[1]} " free+="${word[1]} "
        groups+=("${word[*]:1}") ;;
      quorum) [[ ${#word[@]} -eq 2 && -z $quorum && $names == *" ${word[1]} "* ]] || return 1
        quorum=${word[1]} ;;
      *) return 1 ;;
    esac
  done <"$1/policy.txt"
  [ -n "$quorum" ]
}
quorum_met() { # names of the cosigners that signed
  local agreed=" $* none " group member met least word
  for group in "${groups[@]}"; do
    read -r -a word <<<"$group"; met=0 least=${word[1]}
    for member in "${word[@]:2}"; do [[ $agreed != *" $member "* ]] || met=$((met + 1)); done
    case $least in any) least=1 ;; all) least=$((${#word[@]} - 2)) ;; esac
    [[ $least =~ ^[1-9][0-9]{0,3}$ ]] || return 1
    ((met < least)) || agreed+="${word[0]} "
  done
  [[ $agreed == *" $quorum "* ]]
}

# --- signed notes, checkpoints, time stamps ----------------------------------------------------
read_checkpoint() { # file: sets origin, size, root (hexadecimal), head (what is signed), lines
  local all
  read_file "$1"; mapfile -t all <<<"${REPLY%"$NL"}"
  [[ $REPLY == *"$NL" && $REPLY != *"$NL$NL" ]] || altered "$1 is no checkpoint"
  [[ ${#all[@]} -gt 4 && -n ${all[0]} && -z ${all[3]} ]] || altered "$1 is no checkpoint"
  [[ ${all[1]} =~ ^$NUM$ && ${all[2]} =~ ^$B64HASH$ ]] || altered "$1 is no checkpoint"
  origin=${all[0]} size=${all[1]} head="${all[0]}$NL${all[1]}$NL${all[2]}$NL"
  lines=("${all[@]:4}")
  to_hex "${all[2]}"; root=$REPLY
}
added() { # a checkpoint just read: sets extra to the lines that its cosigned copy adds
  local plain=("${lines[@]}") before=$head; extra=()
  [ -f "$1.cosigned" ] || return 0
  read_checkpoint "$1.cosigned"
  [[ $head == "$before" && "${lines[*]:0:${#plain[@]}}" == "${plain[*]}" ]] ||
    altered "$1.cosigned is not a copy of $1"
  extra=("${lines[@]:${#plain[@]}}")
  [ ${#extra[@]} -gt 0 ] || altered "$1.cosigned adds nothing"
}
read_line() { # a signature line: sets sname, sid, sblob (hexadecimal)
  [[ $1 =~ ^"$DASH"\ ([^\ +]+)\ ([A-Za-z0-9+/]+=*)$ ]] || altered 'a signature line is malformed'
  sname=${BASH_REMATCH[1]}; to_hex "${BASH_REMATCH[2]}"; sid=${REPLY:0:8} sblob=${REPLY:8}
}
log_signed() { # sets log_x to the known key of the log that signed the checkpoint, or fails
  local line key; log_x=''
  for line in "${lines[@]}"; do
    read_line "$line"
    for key in "${log_keys[@]}"; do
      [[ $key == "$sname $sid "* ]] || continue
      to_url "$sblob"
      signed_by "${key##* }" "$REPLY" "$head" || altered 'a signature under a checkpoint does not fit'
      [ "$sname" != "$origin" ] || log_x=${key##* }
    done
  done
  [ -n "$log_x" ]
}
cosigned() { # lines: sets agreed (names of known cosigners) and times
  local line key at fits; agreed=() times=()
  for line in "$@"; do
    read_line "$line"
    for key in "${witnesses[@]}"; do
      [[ ${key#* } == "$sname $sid "* ]] || continue
      [[ $sblob =~ ^[0-7][0-9a-f]{143}$ ]] || altered 'a cosignature is malformed'
      at=$((16#${sblob:0:16})); to_url "${sblob:16}"; fits=0
      signed_by "${key##* }" "$REPLY" "cosignature/v1${NL}time $at$NL$head" || fits=1
      ((fits == 0)) || altered 'a cosignature does not fit'
      agreed+=("${key%% *}")
      ((at > 253402300799)) || times+=("$at") # the year 9999
    done
  done
}
stamped() { # folder, the file that was stamped: sets times
  local token at said strange=(); times=()
  for token in "${files[@]}"; do
    [[ $token =~ ^"$1"tokens/[A-Za-z0-9_-]+\.tsr$ ]] || continue
    if [ ! -s "$trusted/tsa-roots.pem" ]; then
      lacking "$token: the trust policy names no time-stamp authority"; continue
    fi
    # Of the token alone: what the response says above it is signed by nobody.
    openssl ts -reply -in "$token" -token_out -out "$work/token" >/dev/null 2>&1 ||
      altered "$token is no time stamp"
    at=$(openssl ts -reply -in "$work/token" -token_in -text 2>/dev/null | sed -n 's/^Time stamp: //p')
    [[ $at =~ ^([A-Z][a-z]{2}\ [\ 0-9][0-9]\ [0-9:]{8})(\.[0-9]+)?(\ [0-9]{4}\ GMT)$ ]] ||
      altered "$token does not state one time"
    at=$(date -u -d "${BASH_REMATCH[1]}${BASH_REMATCH[3]}" +%s 2>/dev/null) || altered "$token is no time stamp"
    if said=$(openssl ts -verify -in "$token" -data "$2" -CAfile "$trusted/tsa-roots.pem" \
      -attime "$at" 2>&1); then
      times+=("$at")
    elif grep -q -i 'local issuer certificate\|self.signed certificate' <<<"$said"; then
      strange+=("$token")
    else
      altered "$token is not a time stamp over $2"
    fi
  done
  for token in "${strange[@]}"; do
    said="$token is by an authority that the trust policy does not name"
    if [ ${#times[@]} -gt 0 ]; then tell "$said"; else lacking "$said"; fi
  done
}
quoted() { # a seal's SHA-256: the entry quotes it
  to_url "$1"
  [[ ${at_anchor[$main]} == *"\"$REPLY\""* ]] || altered 'anchor/ holds a seal that the entry does not quote'
}

# --- statements ---------------------------------------------------------------------------------
declare -A at_kind at_kid at_role at_stream at_seq at_prev at_time at_anchor at_auth at_further
declare -A at_hash at_jwt at_signature name_index name_fields header_text node
# Reads [salt, name, value] on each line as JSON, byte by byte, and prints salt, name, value
# with tabs between.  Its rules are those of statement.md, "JSON"; the first break ends it.
# shellcheck disable=SC2016  # a program of awk: its $0 is not the shell's
READ_FIELDS='
function fail() { exit 9 }
function next_is(c) { return substr(text, place, 1) == c }
function skip(c) { if (!next_is(c)) return 0; place++; return 1 }
function take(c) { if (!skip(c)) fail() }
function value(levels) {
  if (next_is("\"")) string()
  else if (skip("[")) list(levels - 1)
  else if (skip("{")) object(levels - 1)
  else if (next_is("-") || code() >= 48 && code() <= 57) number()
  else if (substr(text, place, 5) == "false") place += 5
  else if (substr(text, place, 4) == "true" || substr(text, place, 4) == "null") place += 4
  else fail()
}
function list(levels) {
  if (levels < 0) fail()
  if (skip("]")) return
  do value(levels); while (skip(","))
  take("]")
}
function object(levels,   name, seen) { # no member twice; no digest hides within
  if (levels < 0) fail()
  if (skip("}")) return
  do {
    name = string()
    if (name in seen || name == "\"_sd\"" || name == "\"...\"") fail()
    seen[name] = 1
    take(":"); value(levels)
  } while (skip(","))
  take("}")
}
function number(   from) { # whole, without leading zeros, of at most 4,300 digits
  if (skip("-") && next_is("0")) fail()
  if (skip("0")) return
  from = place
  while (code() >= 48 && code() <= 57) place++
  if (place == from || place - from > 4300) fail()
}
function string(   from) {
  from = place
  take("\"")
  while (!skip("\"")) {
    if (skip("\\")) escape()
    else if (code() > 127) wide()
    else if (code() < 32) fail()
    else place++
  }
  return substr(text, from, place - from)
}
function escape() { # only what must be escaped is, and in the shortest way
  if (substr(text, place, 1) ~ /^["\\bfnrt]$/) place++
  else if (substr(text, place, 5) ~ /^u00(0[0-7bef]|1[0-9a-f])$/) place += 5
  else fail()
}
function wide(   lead, low, high, more) { # UTF-8 in the shortest way, no surrogates: RFC 3629
  lead = code(); low = 128; high = 191
  if (lead < 194 || lead > 244) fail()
  if (lead == 224) low = 160
  if (lead == 237) high = 159
  if (lead == 240) low = 144
  if (lead == 244) high = 143
  for (more = 1 + (lead > 223) + (lead > 239); more > 0; more--) {
    place++
    if (code() < low || code() > high) fail()
    low = 128; high = 191
  }
  place++
}
function code() { return codes[substr(text, place, 1)] + 0 } # 0 at the end
BEGIN { for (one = 1; one < 256; one++) codes[sprintf("%c", one)] = one }
{
  text = $0; place = 1
  take("["); salt = string()
  take(","); name = string()
  take(","); start = place; value(8); end = place
  take("]")
  if (place <= length(text)) fail()
  printf "%s\t%s\t%s\n", salt, name, substr(text, start, end - start)
}'
load() { # name: reads NAME.sd-jwt and its proof; what it says is kept by its index in the log
  local jwt header payload signature kid kind text rest i m
  read_file "$1.sd-jwt"
  [ ${#REPLY} -le 3211263 ] || altered "$1 is too long"
  [[ $REPLY != *"$NL" ]] || REPLY=${REPLY%"$NL"} # which takes long where there is none
  [[ $REPLY != *[!A-Za-z0-9._~-]* ]] || altered "$1 is no SD-JWT"
  jwt=${REPLY%%"~"*} rest=${REPLY#*"~"}
  [[ $REPLY == *"~"* && (-z $rest || $rest == *"~") ]] || altered "$1 is no SD-JWT"
  [[ $jwt =~ ^([^.]+)\.([^.]+)\.($SIG)$ && ${#jwt} -le 65535 ]] || altered "$1 is no statement"
  header=${BASH_REMATCH[1]} payload=${BASH_REMATCH[2]} signature=${BASH_REMATCH[3]}
  if ! is_url "$header" || ! is_url "$payload"; then altered "$1 is no statement"; fi
  [ -n "${header_text[$header]-}" ] || header_text[$header]=$(decode_text "$header"; printf .)
  [[ ${header_text[$header]%.} =~ $HEADER ]] || altered "$1 has another header"
  kind=${BASH_REMATCH[1]} kid=${BASH_REMATCH[2]}
  text=$(decode_text "$payload"; printf .); text=${text%.}
  [[ $text =~ $PAYLOAD ]] || altered "$1 is written in another way"
  m=("${BASH_REMATCH[@]}")
  check_members "$1" "$kind" "$text" "${m[14]}"; check_tokens "$1" "${m[7]}"
  [ "send-ledger/v1/${m[1]}" = "$origin" ] || altered "$1 is of another ledger"
  is_day "${m[5]:0:10}" || altered "$1 is of a day that never was"
  [[ ${m[3]},${m[4]} =~ ^(1,null|([2-9]|[1-9][0-9]+),\".*)$ ]] || altered "$1 has no sound place"
  check_proof "$1" "$jwt"; i=$REPLY
  name_index[$1]=$i
  at_kind[$i]=$kind at_kid[$i]=$kid at_stream[$i]=${m[2]} at_seq[$i]=${m[3]} at_prev[$i]=${m[4]//\"/}
  at_time[$i]=${m[5]} at_anchor[$i]=${m[7]} at_auth[$i]=${m[11]} at_role[$i]=${m[13]}
  at_further[$i]=${m[14]} at_jwt[$i]=$jwt at_signature[$i]=$signature
  sum_text "$header.$payload"; to_url "$REPLY"; at_hash[$i]=$REPLY
  open_fields "$1" "${m[15]}" "$rest"
  check_type "$1" "$i"
}
check_members() { # name, kind, payload, the members that the kind adds
  local rest=$3 list re=${FURTHER[$2]-.}
  [[ $4 =~ ^$re$ ]] || altered "$1 has other members"
  while [[ $rest =~ :([0-9]{19})[],}] ]]; do # whole numbers to 2^63 - 1
    [[ ! ${BASH_REMATCH[1]}. > 9223372036854775807. ]] || altered "$1 holds too great a number"
    rest=${rest/"${BASH_REMATCH[0]}"/}
  done
  rest=$4
  while [[ $rest =~ \"(from|until)\":\"($DAY)\" ]]; do
    is_day "${BASH_REMATCH[2]}" || altered "$1 names a day that never was"
    rest=${rest/"${BASH_REMATCH[0]}"/}
  done
  while [[ $rest =~ \"from\":([0-9]+),\"to\":([0-9]+) ]]; do
    ((BASH_REMATCH[1] <= BASH_REMATCH[2])) || altered "$1 names a range that is none"
    rest=${rest/"${BASH_REMATCH[0]}"/}
  done
  list=${4//[!\{]/}; [[ ${#list} -le 256 ]] || altered "$1 has too many ranges"
  [[ $2 != anchor ]] || check_tokens "$1" "$4"
}
check_tokens() { # name, what ends in a list of tokens of 43 characters: at most 64
  local list=${2##*[}; [ ${#list} -le $((64 * 46 + 1)) ] || altered "$1 has too many tokens"
}
OTHERS='erasure hold access-record directory' # they have no types of their own yet
kind_of() { # type without its version: REPLY is the one kind of statement that may say it
  case $1 in
    authority.ledger_continued) REPLY=succession ;;
    authority.key_registered | authority.key_revoked | authority.role_granted | authority.role_withdrawn)
      REPLY=${1#authority.}; REPLY=${REPLY/_/-} ;;
    countersignature.genesis_countersigned) REPLY=countersignature ;;
    handover.manifest) REPLY=manifest ;;
    handover.receipt | handover.confirmation) REPLY=receipt ;;
    log.anchor) REPLY=anchor ;;
    log.stream_head) REPLY=stream-head ;;
    *) REPLY=event ;;
  esac
}
signers_of() { # type without its version: REPLY is the roles that may sign it, or nothing
  REPLY=''
  case $1 in
    pupil.sen_status_changed | pupil.needs_recorded | entry.declined) REPLY='senco' ;;
    record_transfer.dispatched | record_transfer.acknowledged | record_transfer.accepted | \
      record_transfer.rejected | record_transfer.confirmed) REPLY='senco' ;;
    handover.manifest | handover.confirmation) REPLY='senco' ;;
    record_transfer.received | record_transfer.completed | record_transfer.receipt_written | \
      handover.receipt) REPLY='senco system' ;;
    notification.given | review.held | entry.corrected | support_cycle.assessed | \
      support_cycle.planned | support_cycle.started | support_cycle.reviewed)
      REPLY='head senco teacher' ;;
    entry.proposed) REPLY='administrator head teacher' ;;
    school.head_witnessed | school.fork_found | school.rewriting_proved)
      REPLY='administrator head senco system' ;;
    pupil.* | parental_responsibility.* | notification.* | support_cycle.* | support_plan.* | review.* | \
      ehc_plan.* | annual_review.* | consent.* | my_story.recorded | protected_address.recorded | \
      school.partner_trusted) REPLY='head senco' ;;
    school.* | staff.*) REPLY='head' ;;
  esac
}
unversioned() { # type: REPLY is it without its version
  REPLY=$1; [[ ! $1 =~ ^(.*)\.v[0-9]+$ ]] || REPLY=${BASH_REMATCH[1]}
}
check_type() { # name, index: the type that is shown is one of its kind, and its role may sign it
  local type kind
  field "$1" event || return 0
  [[ $REPLY =~ ^\"([a-z0-9_.]{1,100})\"$ ]] || altered "$1 is of a type that is none"
  unversioned "${BASH_REMATCH[1]}"; type=$REPLY
  kind_of "$type"; kind=$REPLY
  signers_of "$type"
  [[ $kind == "${at_kind[$2]}" || ($kind == event && -z $REPLY && " $OTHERS " == *" ${at_kind[$2]} "*) ]] ||
    altered "$1 says in one kind of statement what belongs in another"
  [[ ${at_kind[$2]} =~ ^(event|manifest|receipt)$ ]] || return 0
  if [ -z "$REPLY" ]; then tell "$1 is of a type not known here: which role may sign it, was not checked"; return; fi
  [[ " $REPLY " == *" ${at_role[$2]} "* ]] || altered "$1 is of a type that its role may not sign"
}
open_fields() { # name, digests, disclosures: each salted, flat, and among the digests
  local one last='' text='' fields='' digests shown salt name value
  IFS=, read -r -a digests <<<"$2"
  [[ " 16 32 64 128 " == *" ${#digests[@]} "* ]] || altered "$1 has another number of digests"
  [[ $2 != *[!A-Za-z0-9_,\"-]* && $2 != *, ]] || altered "$1 has malformed digests"
  for one in "${digests[@]}"; do
    [[ $one =~ ^\"$HASH\"$ && $one > $last ]] || altered "$1 has malformed digests"
    last=$one
  done
  IFS='~' read -r -a shown <<<"$3"
  for one in "${shown[@]}"; do
    sum_text "$one"; to_url "$REPLY"
    [[ $2 == *"\"$REPLY\""* ]] || altered "a field of $1 is not what was signed"
    is_url "$one" || altered "a field of $1 is malformed"
    one=$(decode_text "$one"; printf .); one=${one%.}
    [[ $one != *[$'\x01'-$'\x1f']* ]] || altered "a field of $1 is malformed"
    text+=$one$NL
  done
  text=$(printf '%s' "$text" | awk "$READ_FIELDS")
  case $? in 0) ;; 9) altered "a field of $1 is malformed" ;; *) stop "this machine's awk cannot be used" ;; esac
  [ -z "$text" ] || while IFS=$'\t' read -r salt name value; do
    salt=${salt:1:${#salt}-2} name=${name:1:${#name}-2}
    if [ ${#salt} -lt 22 ] || ! is_url "$salt"; then altered "a field of $1 has no sound salt"; fi
    [[ -n $name && ( $name == *" "* || $RESERVED != *" $name "* ) ]] || altered "a field of $1 bears a reserved name"
    [[ $name =~ ^[a-z][a-z0-9_]*$ ]] || name="\"$name\""
    [[ $fields != *"$NL  $name: "* ]] || altered "$1 shows one field twice"
    fields+="$NL  $name: $value"
  done <<<"$text"
  name_fields[$1]=$fields
}
check_proof() { # name, statement: C2SP tlog-proof; RFC 9162 §2.1.3.2; REPLY is the index
  local all index fn sn made text line whole
  read_file "$1.tlog-proof"; whole=$REPLY
  mapfile -t all <<<"$whole"
  [[ ${all[0]-} == c2sp.org/tlog-proof@v1 && ${all[1]-} =~ ^index\ $NUM$ ]] ||
    altered "$1.tlog-proof is malformed"
  index=${BASH_REMATCH[1]} text="${all[0]}$NL${all[1]}$NL"
  ((index < size)) || altered "$1 lies outside the log"
  printf '\0%s' "$2" >"$work/bytes"; sum_file "$work/bytes"
  made=$REPLY fn=$index sn=$((size - 1))
  for line in "${all[@]:2}"; do
    [ -n "$line" ] || break
    [[ $line =~ ^$B64HASH$ && $sn -gt 0 ]] || altered "$1.tlog-proof is malformed"
    text+=$line$NL
    to_hex "$line"
    if ((fn & 1 || fn == sn)); then
      made=$REPLY$made
      while ((fn && !(fn & 1))); do fn=$((fn >> 1)) sn=$((sn >> 1)); done
    else
      made+=$REPLY
    fi
    if [ -z "${node[$made]-}" ]; then sum_bytes "01$made"; node[$made]=$REPLY; fi
    made=${node[$made]} fn=$((fn >> 1)) sn=$((sn >> 1))
  done
  [[ $sn -eq 0 && $made == "$root" ]] || altered "$1 is not in the log"
  [ "$whole" = "$text$NL$copy" ] || altered "$1.tlog-proof holds another checkpoint"
  REPLY=$index
}
read_stream() { # folder: sets entries to its indexes, first to last; no gap, and the head its last
  local name i last='' place number held=0 one
  [ -f "$1/head.sd-jwt" ] || altered "$1/head.sd-jwt is missing"
  for one in "${files[@]}"; do [[ ! $one =~ ^"$1"/([0-9]+|head)\.sd-jwt$ ]] || held=$((held + 1)); done
  entries=()
  for ((number = 1; number < held; number++)); do
    printf -v name '%s/%04d' "$1" "$number"
    load "$name"; i=${name_index[$name]}
    [ "${at_seq[$i]}" -eq $number ] || altered "$name has another number"
    [[ -z $last || (${at_stream[$i]} == "${at_stream[$last]}" && $i -gt $last &&
      ${at_prev[$i]} == "${at_hash[$last]}") ]] || altered "$name does not follow the one before it"
    entries+=("$i"); last=$i
  done
  [ -n "$last" ] || altered "$1/ is empty"
  load "$1/head"; i=${name_index[$1/head]}
  place='{"stream":"'${at_stream[$last]}'","seq":'${#entries[@]}',"hash":"'${at_hash[$last]}'"}'
  [[ ${at_kind[$i]} == stream-head && ${at_further[$i]} == ",\"head\":$place" && $i -gt $last ]] ||
    altered "$1/head does not name the last entry"
}

# --- whose signature counts, judged at each entry's place in the log: authority.md ----------------
MACHINES='log system cosigner access' GUARDED="head responsible-body $MACHINES"
declare -A key_x key_person key_index key_revoked key_from
continued=() role_person=() role_name=() role_index=() role_first=() role_last=() role_ended=() role_ended_from=()
holds() { # person, role, index, day
  local i
  for i in "${!role_name[@]}"; do
    [[ ${role_person[i]} == "$1" && ${role_name[i]} == "$2" && ${role_index[i]} -lt $3 ]] || continue
    [[ -z ${role_ended[i]} || ${role_ended[i]} -gt $3 ]] || continue
    [[ $4 < ${role_first[i]} || (-n ${role_last[i]} && $4 > ${role_last[i]}) ]] || return 0
  done
  return 1
}
has_had() { # person, roles: ever; with a third word, those that were not withdrawn
  local i
  for i in "${!role_name[@]}"; do
    [[ ${role_person[i]} == "$1" && " $2 " == *" ${role_name[i]} "* ]] || continue
    [[ -n ${3-} && -n ${role_ended[i]} ]] || return 0
  done
  return 1
}
may_sign() { # kid, role, index, day
  [[ -n ${key_x[$1]-} && ${key_index[$1]-} -lt $3 && -z ${key_revoked[$1]-} ]] || return 1
  holds "${key_person[$1]}" "$2" "$3" "$4"
}
may_appoint() { # signer's role, signer, role, person: nobody themselves; root the guarded roles
  [[ $3 != root && $4 != "$2" ]] || return 1
  if [[ " $GUARDED " == *" $3 "* ]]; then [ "$1" = root ]; else [ "$1" != root ]; fi
}
kinds_of() { # role: REPLY is the kinds of statement that it may sign
  local keys='key-registered key-revoked role-granted role-withdrawn'
  REPLY='event countersignature erasure hold'
  case $1 in
    root) REPLY="$keys succession" ;;
    system) REPLY='stream-head anchor event manifest receipt' ;;
    access) REPLY='access-record' ;;
    responsible-body) REPLY='countersignature' ;;
    log | cosigner | governor | inspector) REPLY='' ;;
    head) REPLY+=" $keys" ;;
    senco) REPLY+=' manifest receipt' ;;
  esac
}
judge() { # index
  local kid=${at_kid[$1]} role=${at_role[$1]} kind=${at_kind[$1]} may
  may_sign "$kid" "$role" "$1" "${at_time[$1]:0:10}" ||
    altered "entry $1 is signed with a key or in a role that did not count there"
  signed_by "${key_x[$kid]}" "${at_signature[$1]}" "${at_jwt[$1]%.*}" ||
    altered "the signature under entry $1 does not fit"
  kinds_of "$role"; may=''
  [[ " $REPLY " != *" $kind "* ]] || may=1
  case $kind in
    key-registered | key-revoked | role-granted | role-withdrawn | succession) apply "$1" "$may" ;;
    *) [ -n "$may" ] || altered "entry $1 is of a kind that its role may not sign" ;;
  esac
}
apply() { # index, whether the role may sign the kind
  local further=${at_further[$1]} role=${at_role[$1]} i fits=0
  local signer=${key_person[${at_kid[$1]}]}
  [ "${at_stream[$1]}" = "$authority" ] || altered "entry $1 stands outside the authority stream"
  case ${at_kind[$1]} in
    key-registered) may_register "$1" "$2" "$role" "$signer" && register "$1" "$1" && fits=1 ;;
    key-revoked) revoke "$1" "$2" "$role" "$signer" "$further" && fits=1 ;;
    role-granted) appoint "$1" "$2" "$role" "$signer" "$further" && fits=1 ;;
    role-withdrawn) withdraw "$1" "$2" "$role" "$signer" "$further" && fits=1 ;;
    succession) succeed "$1" "$2" "$further" && fits=1 ;;
  esac
  ((fits)) || altered "entry $1 changes keys or roles against the rules"
}
may_register() { # index, whether the role may, role, signer
  local person kid
  [[ ${at_further[$1]} =~ ^,\"person\":\"($ID)\" ]] || return 1
  person=${BASH_REMATCH[1]}
  [[ -n $2 || $person == "$4" ]] || return 1
  [[ $3 != root && $person != "$4" ]] || return 0
  for kid in "${!key_x[@]}"; do
    [[ ${key_person[$kid]} != "$person" || -n ${key_revoked[$kid]} ]] || return 1
  done
  ! has_had "$person" "root $GUARDED" live
}
register() { # index of the entry, index above which the key counts
  [[ ${at_further[$1]} =~ ^${FURTHER[key-registered]}$ ]] || return 1
  local person=${BASH_REMATCH[1]} x=${BASH_REMATCH[2]} possession=${BASH_REMATCH[4]} kid
  ! is_weak "$x" || altered "entry $1 registers a weak key"
  thumbprint "$x"; kid=$REPLY
  [ -z "${key_x[$kid]-}" ] || altered "entry $1 registers a key a second time"
  signed_by "$x" "$possession" "send-ledger/v1/possession$NL${origin##*/}$NL$person$NL$kid$NL" ||
    altered "entry $1 registers a key that nobody proved to hold"
  key_x[$kid]=$x key_person[$kid]=$person key_index[$kid]=$2 key_revoked[$kid]='' key_from[$kid]=''
}
revoke() { # index, whether the role may, role, signer, members
  [[ $5 =~ ^${FURTHER[key-revoked]}$ ]] || return 1
  local kid=${BASH_REMATCH[1]} from=${BASH_REMATCH[2]} person
  [[ -n ${key_x[$kid]-} && $from -le $1 ]] || return 1
  [[ -z ${key_revoked[$kid]} || $from -lt ${key_from[$kid]} ]] || return 1 # again: from further back
  person=${key_person[$kid]}
  if [ "$person" != "$4" ]; then
    [[ -n $2 ]] || return 1
    [ "$3" = root ] || ! has_had "$person" "root $MACHINES" || return 1
  fi
  key_revoked[$kid]=${key_revoked[$kid]:-$1} key_from[$kid]=$from
}
appoint() { # index, whether the role may, role, signer, members
  [[ $5 =~ ^${FURTHER[role-granted]}$ && -n $2 ]] || return 1
  local person=${BASH_REMATCH[1]} role=${BASH_REMATCH[2]} first=${BASH_REMATCH[3]} last
  last=${BASH_REMATCH[4]//\"/}; last=${last#null}
  may_appoint "$3" "$4" "$role" "$person" || return 1
  grant "$person" "$role" "$1" "$first" "$last"
}
grant() { # person, role, index, first day, last day
  role_person+=("$1") role_name+=("$2") role_index+=("$3") role_first+=("$4") role_last+=("$5")
  role_ended+=('') role_ended_from+=('')
}
withdraw() { # index, whether the role may, role, signer, members
  [[ $5 =~ ^${FURTHER[role-withdrawn]}$ ]] || return 1
  local person=${BASH_REMATCH[1]} role=${BASH_REMATCH[2]} from=${BASH_REMATCH[3]} i
  if [ "$person" != "$4" ]; then
    [[ -n $2 ]] && may_appoint "$3" "$4" "$role" "$person" || return 1
  fi
  [[ $role != root && $from -le $1 ]] && has_had "$person" "$role" live || return 1
  for i in "${!role_name[@]}"; do
    [[ ${role_person[i]} == "$person" && ${role_name[i]} == "$role" && -z ${role_ended[i]} ]] || continue
    role_ended[i]=$1 role_ended_from[i]=$from
  done
}
succeed() { # index, whether the role may, members: before all but the root key and others of its kind
  [[ -n $2 && $3 =~ ^${FURTHER[succession]}$ ]] || return 1
  local old=${BASH_REMATCH[1]} size=${BASH_REMATCH[2]}
  [[ $1 -eq $((${#continued[@]} + 1)) && $size -gt 0 && $old != "$origin" ]] || return 1
  [[ " ${continued[*]} " != *" $old "* ]] || return 1
  continued+=("$old")
  tell "this log says that it continues $old from size $size"
}
is_disputed() { # index: key or role were taken back later, from an index at or below it
  local kid=${at_kid[$1]} i any=1
  [[ -z ${key_revoked[$kid]} || ${key_from[$kid]} -gt $1 || ${key_revoked[$kid]} -le $1 ]] || return 0
  for i in "${!role_name[@]}"; do
    [[ ${role_person[i]} == "${key_person[$kid]}" && ${role_name[i]} == "${at_role[$1]}" ]] || continue
    [ "${role_index[i]}" -lt "$1" ] || continue
    [[ -n ${role_ended[i]} && ${role_ended_from[i]} -le $1 && ${role_ended[i]} -gt $1 ]] || return 1
    any=0
  done
  return $any
}

# --- which claim it shows: "given" and "in force" are different ones ------------------------------
field() { # name, field: REPLY is its JSON
  local disclosed=${name_fields[$1]}$NL
  [[ $disclosed == *"$NL  $2: "* ]] || return 1
  REPLY=${disclosed#*"$NL  $2: "}; REPLY=${REPLY%%"$NL"*}
}
step() { # names of one entry: sets event, stated, until, wrong and its hash, as far as they show them
  local name; event=withheld stated=withheld until=withheld wrong='' wrong_hash='' said=''
  for name in "$@"; do
    if field "$name" event && [[ $REPLY =~ ^\"([a-z0-9_.]{1,100})\"$ ]]; then event=${BASH_REMATCH[1]}; fi
    if field "$name" occurred_on &&
      [[ $REPLY =~ ^\{\"date\":\"([0-9]{4}(-[0-9]{2}){0,2})\",\"precision\":\"[a-z]+\"\}$ ]]; then
      stated=${BASH_REMATCH[1]}
    fi
    if field "$name" expires_on; then
      [ "$REPLY" != null ] || until=none
      [[ ! $REPLY =~ ^\"($DAY)\"$ ]] || ! is_day "${BASH_REMATCH[1]}" || until=${BASH_REMATCH[1]}
    fi
    if field "$name" act && [[ $REPLY =~ [{,]\"kind\":\"none\"[,}] ]]; then
      said='the school recorded that' # no evidence of the family's own act
    fi
    ! field "$name" corrects_seq || wrong=$REPLY
    ! field "$name" corrects_hash || wrong_hash=$REPLY
  done
}
passed() { # last day: REPLY says that it has passed, if it has
  local today; today=$(date -u +%F); REPLY=''
  [[ ! $1 < $today ]] || REPLY=" That day HAS PASSED: by this computer's clock it is $today."
}
claim_alone() { # of one entry without its record: sets claim
  local after='whether it was corrected since is not shown: the rest of its record is not here.'
  step statement
  case $event in
    consent.given.v1) claim=Given after=${after/corrected/withdrawn or corrected}
      case $until in
        none) after+=' It was given without a last day.' ;;
        withheld) after+=' Whether it has a last day is withheld.' ;;
        *) passed "$until"; after+=" It was given up to and including $until.$REPLY" ;;
      esac ;;
    consent.refused.v1) claim=Refused ;;
    consent.withdrawn.v1) claim=Withdrawn ;;
    withheld) claim='An entry that does not show what it is' ;;
    *) claim="An entry of the type $event" ;;
  esac
  if [[ -n $said && $claim != An\ * ]]; then claim="T${said#t} consent was ${claim,}"; fi
  claim+=", stated $stated; $after"
}
claim_of_record() { # indexes of the record: sets claim, and record to a line for each entry
  local i seq=0 name consent=0 unclear='' corrected=' ' place as_of day last; record=''
  local -a events=() dates=() untils=() sayings=()
  for i in "$@"; do
    seq=$((seq + 1)); printf -v name 'stream/%04d' "$seq"
    if [ "$i" -eq "$main" ]; then step "$name" statement; else step "$name"; fi
    printf -v place '  %3d  %s, stated %s, recorded %s, number %d of the log' \
      "$seq" "$event" "$stated" "${at_time[$i]}" "$i"
    record+=$place$NL; events[seq]=$event dates[seq]=$stated untils[seq]=$until sayings[seq]=$said
    [[ $event != consent.* && $event != withheld ]] || consent=1
    case $event in
      consent.given.v1 | consent.refused.v1 | consent.withdrawn.v1 | consent.relied_on.v1) ;;
      entry.corrected.v1)
        if [ -z "$wrong" ]; then
          unclear=${unclear:-"entry $seq does not show what it corrects"}
        else
          [[ $wrong =~ ^[1-9][0-9]{0,5}$ && $wrong -lt $seq && $wrong_hash == "\"${at_hash[${!wrong}]}\"" ]] ||
            altered "$name corrects an entry that is not there, or another than it names"
          unversioned "${events[$wrong]}"; signers_of "$REPLY"
          [[ " $REPLY " == *" ${at_role[$i]} "* ]] || altered "$name corrects what its role may not sign"
          corrected+="$wrong "
        fi ;;
      *) unclear=${unclear:-"entry $seq is of a kind not known here"} ;;
    esac
  done
  last=${name_index[stream/head]} day=${at_time[$last]:0:10}
  as_of="head $last of the log, of $day"
  if ((!consent)); then claim="The whole record of the entry up to $as_of."; return; fi
  if [ -n "$unclear" ]; then claim="How it stood at $as_of, is not shown: $unclear."; return; fi
  if standing consent.withdrawn.v1; then
    claim="WITHDRAWN at $as_of: ${sayings[REPLY]:+${sayings[REPLY]}, }by entry $REPLY, stated ${dates[REPLY]}."; return
  elif standing consent.refused.v1; then
    claim="REFUSED at $as_of: ${sayings[REPLY]:+${sayings[REPLY]}, }by entry $REPLY, stated ${dates[REPLY]}."; return
  elif ! standing consent.given.v1; then
    claim="TAKEN BACK at $as_of: the answer was corrected, and no other stands."; return
  fi
  until=${untils[REPLY]}
  claim="In force as of $as_of: ${sayings[REPLY]:+${sayings[REPLY]} consent was }given, stated ${dates[REPLY]}"
  case $until in
    none) claim+=', without a last day, and not withdrawn by then.' ;;
    withheld) claim="How it stood at $as_of, is not shown: whether it has a last day is withheld." ;;
    *) claim+=", up to and including $until"
      if [[ $until < $day ]]; then
        claim=${claim/"In force as of"/ENDED at}.
      else
        passed "$until"; claim+=", and not withdrawn by then.$REPLY"
      fi ;;
  esac
}
standing() { # event: REPLY is the place of the newest of that type that was not corrected
  local n; REPLY=''
  for n in "${!events[@]}"; do
    [[ ${events[n]} != "$1" || $corrected == *" $n "* ]] || REPLY=$n
  done
  [ -n "$REPLY" ]
}

# --- the checks, from the outside in ---------------------------------------------------------------
policy='' folder=''
while [ $# -gt 0 ]; do
  case $1 in
    --policy) [ $# -gt 1 ] || usage
      policy=$(cd -- "$2" 2>/dev/null && pwd) || usage "There is no folder $2."
      shift ;;
    -*) usage ;;
    *) folder=$1 ;;
  esac
  shift
done
for one in awk openssl sha256sum base64 sed grep cut date head tail mktemp sort tr wc rm; do
  command -v "$one" >/dev/null || stop "this machine has no $one"
done
((BASH_VERSINFO[0] * 100 + BASH_VERSINFO[1] >= 404)) || stop 'this bash is older than 4.4'
[[ $(openssl version) =~ ^OpenSSL\ ([3-9]|[1-9][0-9])\. ]] || stop 'there is no OpenSSL 3.0 or newer'
cd -- "${folder:-$(dirname -- "${BASH_SOURCE[0]}")}" 2>/dev/null ||
  { printf 'REFUSED: there is no such folder.\n'; exit 5; }
work=$(mktemp -d) || stop 'there is no place for temporary files'
trap 'rm -rf -- "$work"' EXIT

# Every file is listed, and nothing is here that belongs to no proof.
set +f; shopt -s globstar nullglob dotglob; found=(**); set -f
KNOWN='^(SHA256SUMS|README\.txt|verify\.sh|statement\.(sd-jwt|tlog-proof)|(anchor/)?checkpoint(\.cosigned)?'
KNOWN+='|(anchor/)?tokens/[A-Za-z0-9_-]+\.tsr|keys/(actor|log|[A-Za-z0-9_-]{43})\.pem'
KNOWN+='|policy/(policy\.txt|tsa-roots\.pem|genesis\.sha256)'
KNOWN+='|((stream|authority)/([0-9]{4,15}|head)|authority/countersignature)\.(sd-jwt|tlog-proof))$'
files=()
for one in "${found[@]}"; do
  [ ! -L "$one" ] || altered 'a link is among the files'
  if [ -d "$one" ]; then
    [[ " ${found[*]} " == *" $one/"* ]] || altered 'an empty folder is among the files'
    continue
  fi
  [[ -f $one && $one =~ $KNOWN && ($one != *.tlog-proof || -f ${one%.tlog-proof}.sd-jwt) ]] ||
    altered 'a file is here that belongs to no proof folder'
  [ "$one" = SHA256SUMS ] || files+=("$one")
done
for one in SHA256SUMS README.txt verify.sh keys/actor.pem keys/log.pem policy/genesis.sha256; do
  [ -f "$one" ] || altered "$one is missing"
done
[ "$(tail -c 1 SHA256SUMS | wc -l)" -eq 1 ] || altered 'SHA256SUMS is cut'
! grep -q -v -E '^[0-9a-f]{64}  [!-~]+$' SHA256SUMS || altered 'a line of SHA256SUMS is malformed'
[ "$(cut -c 67- SHA256SUMS | sort)" = "$(printf '%s\n' "${files[@]}" | sort)" ] ||
  altered 'SHA256SUMS does not list exactly the files here'
sha256sum --check --strict --quiet SHA256SUMS >/dev/null 2>&1 || altered 'a file does not match SHA256SUMS'

# Whose word counts: the log's key, and what it signed.
trusted=${policy:-policy}
[ -n "$policy" ] || lacking 'self-asserted: no trust policy was given from outside (--policy)'
if [ -n "$policy" ]; then (read_trusted policy) || exit 10; fi # what the folder claims
read_trusted "$trusted"
read_checkpoint checkpoint
if ! log_signed; then
  lacking 'no signature on the checkpoint is by a log that the policy names'
  read_file keys/log.pem
  [[ $REPLY =~ MCowBQYDK2VwAyEA($B64HASH) ]] || altered 'keys/log.pem is no key'
  to_hex "${BASH_REMATCH[1]}"; one=$REPLY; to_url "$one"; log_x=$REPLY
  { printf '%s\n' "$origin"; bytes "01$one"; } >"$work/bytes"; sum_file "$work/bytes"
  log_keys=("$origin ${REPLY:0:8} $log_x")
  log_signed || altered 'the signature under the checkpoint does not fit'
fi
log=$origin log_size=$size signer=$log_x
added checkpoint
cosigners=("${extra[@]}")
if [ ${#extra[@]} -gt 0 ]; then read_file checkpoint.cosigned; else read_file checkpoint; fi
copy=$REPLY

# Every statement has its place in the log; the two streams have no gap.
load statement
main=${name_index[statement]} shown=("$main") late='' record_of=()
if [[ " ${files[*]}" == *" stream/"* ]]; then
  read_stream stream
  record_of=("${entries[@]}")
  shown+=("${entries[@]}") late=${name_index[stream/head]} # logged in one save with authority/head
  [[ " ${entries[*]} " == *" $main "* ]] || altered 'stream/ does not hold the entry that is proved'
  for one in "${!name_fields[@]}"; do
    [[ $one != stream/[0-9]* || ${name_fields[$one]} == *"$NL  event: "* ]] ||
      altered "$one does not show what kind of entry it is"
  done
fi
read_stream authority
keys=("${entries[@]}") genesis=${entries[0]} last=${name_index[authority/head]}
authority=${at_stream[$genesis]}
for one in "${keys[@]}"; do
  [[ ${at_kind[$one]} =~ ^((key|role)-(registered|revoked|granted|withdrawn)|succession)$ ]] ||
    altered "authority/ holds what is not about keys and roles"
done
body=''
if [[ " ${files[*]}" == *" authority/countersignature."* ]]; then
  load authority/countersignature
  body=${name_index[authority/countersignature]}
  shown+=("$body")
fi
for one in "${shown[@]}"; do [ "$one" -le "$last" ] || altered 'authority/ ends too early'; done
[ -z "$late" ] || shown+=("$late")

# The first statement is the one that is trusted, and registers the root key.
sum_text "${at_jwt[$genesis]}"; first=$REPLY
to_url "$first"
[[ -z $body || "${at_kind[$body]} ${at_role[$body]} ${at_further[$body]}" == \
  "countersignature responsible-body ,\"of\":\"$REPLY\"" ]] ||
  altered 'authority/countersignature is no countersignature of the first statement'
named policy/genesis.sha256 || altered 'policy/genesis.sha256 is malformed'
[ "$REPLY" = "$first" ] || altered 'policy/ does not fit authority/'
if [ -f "$trusted/genesis.sha256" ]; then
  named "$trusted/genesis.sha256"
  [ "$REPLY" = "$first" ] || altered 'the log does not begin with the statement that is trusted'
else
  lacking 'the trust policy does not name the first statement of the log'
fi
if [[ $genesis -ne 0 || ${at_kind[0]} != key-registered || ${at_auth[0]} != null || ${at_role[0]} != root ]] ||
  ! register 0 -1 || [ -z "${key_x[${at_kid[0]}]-}" ]; then
  altered 'the log does not begin with a root key'
fi
signed_by "${key_x[${at_kid[0]}]}" "${at_signature[0]}" "${at_jwt[0]%.*}" ||
  altered 'the signature under the first statement does not fit'
grant "${key_person[${at_kid[0]}]}" root -1 0001-01-01 ''

# In the order of the log, each entry is judged by what stood below it.
auth=null clock=''
mapfile -t order < <(printf '%s\n' "${keys[@]}" "${shown[@]}" "$last" | sort -n -u)
for one in "${order[@]}"; do
  [ "${at_auth[$one]}" = "$auth" ] || altered "entry $one does not quote the keys and roles as they stood"
  [[ ! $clock > ${at_time[$one]} ]] || altered "entry $one is dated before one that stands earlier"
  clock=${at_time[$one]}
  [[ ! ${at_anchor[$one]} =~ \"size\":([0-9]+) || ${BASH_REMATCH[1]} -le $one ]] ||
    altered "entry $one quotes a seal from after itself"
  [ "$one" -eq 0 ] || judge "$one"
  [[ " ${keys[*]} " != *" $one "* ]] || auth="{\"seq\":${at_seq[$one]},\"hash\":\"${at_hash[$one]}\"}"
done
thumbprint "$signer"
may_sign "$REPLY" log "$log_size" "${clock:0:10}" || altered "the key under the checkpoint is not the log's"
for one in "${order[@]}"; do
  ! is_disputed "$one" || tell "entry $one is disputed: its key or role was taken back from before it"
done

# The keys in the folder are the ones that were used.
for one in "${order[@]}"; do
  [ -f "keys/${at_kid[$one]}.pem" ] || altered "keys/${at_kid[$one]}.pem is missing"
done
for one in "${files[@]}"; do
  case $one in
    keys/actor.pem) key=${key_x[${at_kid[$main]}]} ;;
    keys/log.pem) key=$signer ;;
    keys/*) key=${one#keys/}; key=${key_x[${key%.pem}]-} ;;
    *) continue ;;
  esac
  [ -n "$key" ] || altered "$one is no key of this log"
  read_file "$one"; whole=$REPLY
  pem "$key" >"$work/key"; read_file "$work/key"; [ "$REPLY" = "$whole" ] || altered "$one is not the key that its name says"
done

to_hex "$signer"; key=$(bytes "01$REPLY" | base64)
read_file policy/policy.txt
[[ $NL$REPLY == *"${NL}log $log+"????????"+$key"* ]] || altered 'policy/ does not name the key of this log'

# The time, from above and from below.
above=() below=()
cosigned "${cosigners[@]}"
if quorum_met "${agreed[@]}"; then
  above=("${times[@]}")
else
  lacking 'fewer cosigners signed than the trust policy asks for'
fi
stamped '' checkpoint; above+=("${times[@]}")
[ ${#above[@]} -gt 0 ] || lacking 'no time stamp and no cosignature that counts stands over the log'
if [ "${at_anchor[$main]}" = null ]; then
  [[ " ${files[*]}" != *" anchor/"* ]] || altered 'anchor/ is here, but the entry quotes nothing'
elif [ ! -f anchor/checkpoint ]; then
  lacking 'the earlier checkpoint that the entry quotes is not here'
else
  read_checkpoint anchor/checkpoint
  to_url "$root"
  [[ $origin == "$log" && ${at_anchor[$main]} == "{\"size\":$size,\"root\":\"$REPLY\","* ]] ||
    altered 'anchor/checkpoint is not the one that the entry quotes'
  log_signed || lacking 'no signature on anchor/checkpoint is by a log that the policy names'
  added anchor/checkpoint
  for one in "${extra[@]}"; do sum_text "$one"; quoted "$REPLY"; done
  for one in "${files[@]}"; do
    [[ $one != anchor/tokens/* ]] || { sum_file "$one"; quoted "$REPLY"; }
  done
  cosigned "${extra[@]}"; below=("${times[@]}")
  stamped anchor/ anchor/checkpoint; below+=("${times[@]}")
fi

# Given, or in force: what the signed bytes themselves show.
record=''
if [ "${#record_of[@]}" -gt 0 ]; then claim_of_record "${record_of[@]}"; else claim_alone; fi

# What it says, without a byte that could hide or reorder others on a screen.
printf '\nEntry %s of the log of %s entries, signed in the role %s, shows:\n' \
  "$main" "$log_size" "${at_role[$main]}"
readable() {
  printf '%s\n' "$1" | tr -d '\000-\011\013-\037\177' |
    sed $'s/\xc2[\x80-\x9f]/?/g; s/\xd8\x9c/?/g; s/\xe2\x80[\x8b-\x8f\xa8-\xae]/?/g' |
    sed $'s/\xe2\x81[\xa0-\xaf]/?/g; s/\xef\xbb\xbf/?/g'
}
readable "${name_fields[statement]#?}"
for one in event occurred_on subject_name subject_born subject_id; do
  [[ ${at_kind[$main]} != event || ${name_fields[statement]} == *"$NL  $one: "* ]] ||
    lacking "the entry does not show $one"
done
printf '\nWhat this proof claims:\n%s  %s\n' "$record" "$claim"
spoken() { date -u -d "@$1" '+%-d %B %Y at %H:%M:%S UTC'; }
printf "\nThe date in it is what a person stated. The school's own clock wrote %s.\n" "${at_time[$main]}"
[ ${#below[@]} -eq 0 ] ||
  printf 'Recorded after %s.\n' "$(spoken "$(printf '%s\n' "${below[@]}" | sort -n | head -n 1)")"
[ ${#above[@]} -eq 0 ] ||
  printf 'Recorded before %s, and not changed since.\n' \
    "$(spoken "$(printf '%s\n' "${above[@]}" | sort -n | tail -n 1)")"
if [ -n "$body" ] && ! is_disputed "$body"; then
  name='a body whose name is not shown'
  [[ ! ${name_fields[authority/countersignature]} =~ ${NL}\ \ body_name:\ ([^$NL]*) ]] ||
    name=$(readable "${BASH_REMATCH[1]}")
  tell "the first statement is countersigned by $name with key ${at_kid[$body]};" \
    "whether that body's key is theirs you must learn from the body itself"
else
  tell 'no trust or council has countersigned the first statement: the log is self-rooted'
fi
tell "README.txt is the school's own explanation, not evidence: nothing in it was checked"
tell 'not checked: whether a certificate was revoked'
((incomplete == 0)) || stop 'nothing was found altered, but see above what is missing'
printf 'VERIFIED against the trust policy in %s.\n' "$policy"
