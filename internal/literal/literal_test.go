// SPDX-License-Identifier: Apache-2.0

package literal

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// msg is RTM_GETLINK for eth0 (40 bytes), more than two rows of a dump, with
// bytes that a column of characters shows as hex digits.
var msg = []byte("\x28\x00\x00\x00\x12\x00\x01\x00\x01\x00\x00\x00\x00\x00\x00\x00" +
	"\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00" + "\x08\x00\x03\x00beef")

func TestParse(t *testing.T) {
	h := hex.EncodeToString(msg)
	spaced := strings.Join(pairs(h), " ")
	for name, text := range map[string]string{
		"plain":       h,
		"upper":       strings.ToUpper(h),
		"lines":       h[:20] + "\n" + h[20:] + "\n",
		"spaces":      spaced,
		"colons":      strings.Join(pairs(h), ":"),
		"groups of 2": spaced2(h),
		"c array":     "unsigned char b[40] = {\n 0x" + strings.Join(pairs(h), ", 0x") + " };",
		"go":          "[]byte{0x" + strings.Join(pairs(h), ", 0x") + "}",
		"bare list":   "0x" + strings.Join(pairs(h), ",0x"),
		"escapes":     `\x` + strings.Join(pairs(h), `\x`),
		"strace -xx":  `sendto(3, [{nlmsg_len=40}, "\x` + strings.Join(pairs(h), `\x`) + `"], 40, 0, NULL, 0) = 40`,
		"strace -x":   `write(3, "(\0\0\0\22\0\1\0\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\10\0\3\0beef", 40) = 40`,
		"wireshark escaped": "\"\\x" + strings.Join(pairs(h[:32]), `\x`) + "\" \\\n\"\\x" +
			strings.Join(pairs(h[32:]), `\x`) + `"`,
		"base64":   base64.StdEncoding.EncodeToString(msg),
		"xxd":      xxd(msg),
		"hexdump":  hexdump(msg),
		"tcpdump":  tcpdump(msg),
		"od":       od(msg),
		"cooked":   "00040338" + strings.Repeat("00", 10) + "0010" + h,
		"CR LF":    h[:32] + "\r\n" + h[32:] + "\r\n",
		"hexdumps": wireshark(msg),
	} {
		t.Run(name, func(t *testing.T) {
			got, err := Parse(text)
			if err != nil {
				t.Fatalf("%v\n%s", err, text)
			}
			if len(got) != 1 || !bytes.Equal(got[0].Data, msg) {
				t.Errorf("got %v\nwant %x\nof %s", got, msg, text)
			}
			if name == "cooked" && (!got[0].Cooked || got[0].Protocol != 16) {
				t.Errorf("cooked header: %+v", got[0])
			}
		})
	}
}

// TestParseTools: the dumps that the tools here print.
func TestParseTools(t *testing.T) {
	ran := 0
	for _, args := range [][]string{{"xxd"}, {"xxd", "-p"}, {"xxd", "-i"}, {"hexdump", "-C"}, {"od", "-A", "x", "-t", "x1"}, {"od", "-A", "n", "-t", "x1"}, {"base64"}} {
		path, err := exec.LookPath(args[0])
		if err != nil {
			continue
		}
		ran++
		c := exec.Command(path, args[1:]...)
		c.Stdin = bytes.NewReader(msg)
		out, err := c.Output()
		if err != nil {
			t.Fatal(err)
		}
		got, err := Parse(string(out))
		if err != nil || len(got) != 1 || !bytes.Equal(got[0].Data, msg) {
			t.Errorf("%v: got %v, %v of\n%s", args, got, err, out)
		}
	}
	if ran < 2 {
		t.Error("neither od nor base64 is here (coreutils)")
	}
}

func TestParseSeveral(t *testing.T) {
	h := hex.EncodeToString(msg)
	for name, text := range map[string]string{
		"hex":     h + "\n\n" + h + "\n",
		"xxd":     xxd(msg) + xxd(msg),
		"arrays":  Write(C, "one", msg) + Write(Go, "two", msg),
		"strings": fmt.Sprintf("a(%q)\nb(%q)\n", msg, msg),
	} {
		got, err := Parse(text)
		if err != nil || len(got) != 2 || !bytes.Equal(got[1].Data, msg) {
			t.Errorf("%s: got %v, %v", name, got, err)
		}
	}
}

func TestParseErrors(t *testing.T) {
	for _, text := range []string{"", "  \n", "what is this?", `"\x14`, `\q`, "0x14, 0x100", `\`, "#"} {
		if got, err := Parse(text); err == nil {
			t.Errorf("%q: got %v, no error", text, got)
		}
	}
}

func TestRoundTrip(t *testing.T) {
	for _, f := range []Format{Hex, Go, C} {
		for _, b := range [][]byte{msg, {0}, bytes.Repeat([]byte{0xab, 0}, 400)} {
			text := Write(f, "RTM_GETLINK */ \"x\" \\", b)
			got, err := Parse(text)
			if err != nil || len(got) != 1 || !bytes.Equal(got[0].Data, b) {
				t.Errorf("format %d: got %v, %v of\n%s", f, got, err, text)
			}
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{xxd(msg), hexdump(msg), tcpdump(msg), Write(C, "", msg), `"\x14\0\n"`, "AAAA", "0x1, 2"} {
		f.Add(s)
	}
	files, _ := filepath.Glob("testdata/paste/*")
	for _, name := range files {
		if text, err := os.ReadFile(name); err == nil {
			f.Add(string(text))
		}
	}
	f.Fuzz(func(t *testing.T, s string) {
		ds, err := Parse(s)
		if err == nil && len(ds) == 0 {
			t.Error("neither bytes nor an error")
		}
	})
}

func pairs(h string) []string {
	var out []string
	for i := 0; i < len(h); i += 2 {
		out = append(out, h[i:i+2])
	}
	return out
}

func spaced2(h string) string {
	var out []string
	for i := 0; i < len(h); i += 4 {
		out = append(out, h[i:i+4])
	}
	return strings.Join(out, " ")
}

func eachRow(b []byte, row func(off int, b []byte) string) string {
	var w strings.Builder
	for off := 0; off < len(b); off += 16 {
		w.WriteString(row(off, b[off:min(off+16, len(b))]) + "\n")
	}
	return w.String()
}

func chars(b []byte) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return '.'
		}
		return r
	}, string(b))
}

func xxd(b []byte) string {
	return eachRow(b, func(off int, b []byte) string {
		return fmt.Sprintf("%08x: %-39s  %s", off, spaced2(hex.EncodeToString(b)), chars(b))
	})
}

func tcpdump(b []byte) string {
	return "12:00:00.000000 Out netlink\n" + eachRow(b, func(off int, b []byte) string {
		return fmt.Sprintf("\t0x%04x:  %-39s  %s", off, spaced2(hex.EncodeToString(b)), chars(b))
	})
}

func hexdump(b []byte) string {
	return eachRow(b, func(off int, b []byte) string {
		p := pairs(hex.EncodeToString(b))
		left := strings.Join(p[:min(8, len(p))], " ")
		right := strings.Join(p[min(8, len(p)):], " ")
		return fmt.Sprintf("%08x  %-23s  %-23s  |%s|", off, left, right, chars(b))
	}) + fmt.Sprintf("%08x\n", len(b))
}

func od(b []byte) string {
	return eachRow(b, func(off int, b []byte) string {
		return fmt.Sprintf("%06x %s", off, strings.Join(pairs(hex.EncodeToString(b)), " "))
	}) + fmt.Sprintf("%06x\n", len(b))
}

func wireshark(b []byte) string {
	return eachRow(b, func(off int, b []byte) string {
		return fmt.Sprintf("%04x   %s", off, strings.Join(pairs(hex.EncodeToString(b)), " "))
	})
}
