// SPDX-License-Identifier: Apache-2.0

package decode

import (
	"math"
	"strconv"
	"unicode/utf8"

	"github.com/nltop/nltop/internal/decode/schema"
)

// numberText writes a number of width bytes as its Hint asks; "" is as it is.
// v is sign-extended where the type is signed.
func (w *walker) numberText(v uint64, t *schema.Type, width int) string {
	if name, ok := enumBeside(t, v, width); ok {
		return numberDigits(v, t) + " (" + name + ")"
	}
	switch t.Hint {
	case schema.Realms:
		return "0x" + strconv.FormatUint(truncate(v, width), 16) + " (" + realmsText(v) + ")"
	case schema.Hex:
		return "0x" + strconv.FormatUint(truncate(v, width), 16)
	case schema.Octal:
		return "0" + strconv.FormatUint(truncate(v, width), 8)
	case schema.IfIndex:
		if index := int32(v); index > 0 {
			if name := w.d.ifNameAt(w.m.Frame.NetNS, index, w.m.Frame.ID, true); name != "" {
				return strconv.Itoa(int(index)) + " (" + Quote(name) + ")"
			}
		}
	case schema.Errno:
		return errnoText(int64(v))
	case schema.NSID:
		if int64(v) == -1 || v == math.MaxUint32 {
			return "-1 (none)"
		}
	case schema.Bytes:
		return bytesText(v)
	case schema.BitRate:
		// What does not fit into 32 bits is sent as the most that does, and stands in an
		// attribute of 64 beside it (TCA_HTB_RATE64; tc_htb.c of iproute2 and sch_htb.c).
		if width == 4 && v == math.MaxUint32 {
			return bitRateText(v) + " or more"
		}
		return bitRateText(v)
	case schema.Seconds, schema.Millis, schema.Micros, schema.Nanos, schema.Jiffies:
		return durationText(v, t, width)
	case schema.MHz, schema.KHz, schema.DBm, schema.MBm, schema.Rate100k, schema.KBit, schema.TU:
		return radioText(v, t)
	}
	return ""
}

func numberDigits(v uint64, t *schema.Type) string {
	if signed(t.Kind) {
		return strconv.FormatInt(int64(v), 10)
	}
	return strconv.FormatUint(v, 10)
}

func enumBeside(t *schema.Type, v uint64, width int) (string, bool) {
	if t.Names == nil {
		return "", false
	}
	return enumName(t.Names, v, width)
}

// realmsText writes realms as ip does: the source's, if there is one, a slash, the
// destination's.
func realmsText(v uint64) string {
	to := strconv.FormatUint(v&0xffff, 10)
	if from := v >> 16 & 0xffff; from != 0 {
		return strconv.FormatUint(from, 10) + "/" + to
	}
	return to
}

// NumberName is the name that others have for a number whose Value is the number: of an
// errno, of realms ("from/to"), or as tools print it; "" is none.
func (n *Node) NumberName() string {
	if n.typ == nil {
		return ""
	}
	switch n.Value.(type) {
	case uint64, int64:
	default:
		return ""
	}
	switch n.typ.Hint {
	case schema.Realms:
		return realmsText(n.Num)
	case schema.Errno:
		// A system call that succeeds returns a number that is no errno.
		v := int64(n.Num)
		if abs := max(v, -v); (v < 0 || !n.Word) && abs <= math.MaxInt32 {
			return ErrnoName(int32(abs))
		}
	}
	name, _ := enumBeside(n.typ, n.Num, len(n.Raw))
	return name
}

// radioText writes what radio people measure.
func radioText(v uint64, t *schema.Type) string {
	f := float64(v)
	if signed(t.Kind) {
		f = float64(int64(v))
	}
	decimal := func(f float64, prec int, unit string) string {
		return strconv.FormatFloat(f, 'f', prec, 64) + unit
	}
	switch t.Hint {
	case schema.KHz:
		if v < 1000 {
			return decimal(f, 0, " kHz")
		}
		return decimal(f/1000, -1, " MHz")
	case schema.MHz:
		return decimal(f, 0, " MHz")
	case schema.DBm:
		return decimal(f, 0, " dBm")
	case schema.MBm:
		return decimal(f/100, 2, " dBm")
	case schema.Rate100k:
		return decimal(f/10, 1, " Mbit/s")
	case schema.KBit:
		return decimal(f/1000, -1, " Mbit/s")
	}
	return decimal(f, 0, " TU")
}

func errnoText(v int64) string {
	abs := max(v, -v)
	if abs > math.MaxInt32 {
		return ""
	}
	if name := ErrnoName(int32(abs)); name != "" {
		return strconv.FormatInt(v, 10) + " (" + name + ")"
	}
	return ""
}

// durationText writes a time with its unit. The largest unsigned number means
// without end (INFINITY_LIFE_TIME of include/net/addrconf.h).
func durationText(v uint64, t *schema.Type, width int) string {
	if !signed(t.Kind) && width >= 4 && v == truncate(math.MaxUint64, width) {
		return "forever"
	}
	num := strconv.FormatUint(v, 10)
	if signed(t.Kind) {
		num = strconv.FormatInt(int64(v), 10)
	}
	switch t.Hint {
	case schema.Seconds:
		return num + " s"
	case schema.Millis:
		return num + " ms"
	case schema.Micros:
		return num + " us"
	case schema.Nanos:
		return num + " ns"
	}
	// USER_HZ is 100 on every architecture that nltop runs on.
	f := float64(v) / 100
	if signed(t.Kind) {
		f = float64(int64(v)) / 100
	}
	return strconv.FormatFloat(f, 'f', 2, 64) + " s"
}

// bytesText adds a readable size to a number of bytes.
func bytesText(v uint64) string {
	s := strconv.FormatUint(v, 10) + " B"
	if v < 10<<10 {
		return s
	}
	return s + " (" + scaled(float64(v), 1024, [...]string{"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"}) + ")"
}

// bitRateText writes bytes per second as people speak of links.
func bitRateText(v uint64) string {
	bits := float64(v) * 8
	if bits < 1000 {
		return strconv.FormatFloat(bits, 'f', 0, 64) + " bit/s"
	}
	return scaled(bits, 1000, [...]string{"kbit/s", "Mbit/s", "Gbit/s", "Tbit/s", "Pbit/s", "Ebit/s"})
}

func scaled(f, base float64, units [6]string) string {
	i := -1
	for f >= base && i < len(units)-1 {
		f /= base
		i++
	}
	prec := 1
	if f == math.Trunc(f) {
		prec = 0
	}
	return strconv.FormatFloat(f, 'f', prec, 64) + " " + units[i]
}

// Quote makes a string of unknown origin safe for a terminal: it is returned
// as it is if every rune of it prints and none of it looks like an escape,
// otherwise in double quotes with Go's escapes.
func Quote(s string) string {
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			if c < ' ' || c == 0x7f || c == '"' || c == '\\' {
				return strconv.QuoteToGraphic(s)
			}
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && n == 1 || !strconv.IsGraphic(r) {
			return strconv.QuoteToASCII(s)
		}
		i += n
	}
	return s
}

// guessString recognises text in a payload that no table describes: printable
// ASCII, four characters at least, one NUL at the end or none.
func guessString(b []byte) (string, bool) {
	s := b
	if n := len(s); n > 0 && s[n-1] == 0 {
		s = s[:n-1]
	}
	if len(s) < 4 || len(s) == len(b) && len(b)%4 == 0 && len(b) <= 8 {
		return "", false
	}
	for _, c := range s {
		if c < ' ' || c > '~' {
			return "", false
		}
	}
	return string(s), true
}
