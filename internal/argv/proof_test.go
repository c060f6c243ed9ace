// SPDX-License-Identifier: Apache-2.0

package argv

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"
)

// forget makes a test begin without what others proved.
func forget() {
	proofs.Lock()
	defer proofs.Unlock()
	proofs.young, proofs.old = map[uint64]struct{}{}, nil
	proofs.told, proofs.toldOld = map[string]telling{}, nil
	proofs.lines, proofs.at = [maxLines]readLine{}, 0
	proofs.searches = 0
	anyTold.Store(false)
	anyKnown.Store(false)
}

// prove is for fuzzing: whatever the line is, nothing of it is found where it is not.
func prove(t *testing.T, s string) {
	forget()
	defer forget()
	secret := []byte("a secret of 16 b")
	if Prove(secret, s) && Told(s) == s {
		t.Errorf("%q was found to hold a secret, which stayed", s)
	}
	if strings.Contains(Told(s), string(secret)) {
		t.Errorf("%q still has the secret", Told(s))
	}
}

// A secret in words that nothing says to be one is found once it was in a message: in
// lines that were told, and in those that come later.
func TestProve(t *testing.T) {
	secret := []byte("tr0ub4dor & 3\xff\x01\x02")
	text := []byte("hunter22")
	digits := hex.EncodeToString(secret)
	spaced := strings.TrimSpace(strings.Join(pairs(digits), " "))
	for _, tt := range []struct {
		name   string
		secret []byte
		told   string // « » as above
		later  bool   // also where the line is read later
	}{
		{"text", text, words("tool «hunter22» eth0"), true},
		{"text in a word", text, words("tool «x:hunter22:y»"), false},
		{"behind a sign", text, words("tool a=«hunter22»"), true},
		{"text with a zero behind", append([]byte("hunter22"), 0, 0, 0), words("tool «hunter22»"), true},
		{"text with blanks", []byte("hunter 22"), line("tool", "«hunter 22»"), true},
		{"in a script", text, line("sh", "-c", "tool «hunter22»; echo hunter"), true},
		{"hexadecimal", secret[:6], words("tool «" + hex.EncodeToString(secret[:6]) + "»"), true},
		{"capitals", secret[:6], words("tool «" + strings.ToUpper(hex.EncodeToString(secret[:6])) + "»"), true},
		{"0x", secret[:6], words("tool «0x" + hex.EncodeToString(secret[:6]) + "»"), true},
		{"colons", secret[:6], words("tool «" + strings.Join(pairs(digits[:12]), ":") + "»"), true},
		{"an index in front", secret[:6], words("tool «d:0:" + digits[:12] + "»"), true},
		{"escapes", secret, line("sh", "-c", `printf '«\x`+strings.Join(pairs(digits), `\x`)+`»' | tool`), false},
		{"blanks", secret, line("tool", "«"+spaced+"»"), false},
		{"base64", secret[:8], words("tool «" + base64.StdEncoding.EncodeToString(secret[:8]) + "»"), true},
		{"base64 without padding", secret[:8], words("tool «" + base64.RawStdEncoding.EncodeToString(secret[:8]) + "»"), true},
		{"base64 of URLs", secret[:14], words("tool «" + base64.URLEncoding.EncodeToString(secret[:14]) + "»"), true},
		{"cut in it", text, "tool\x00eth0\x00«hunter»", false},
		{"twice", text, words("tool «hunter22» «hunter22»"), true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			forget()
			defer forget()
			plain, want := strings.NewReplacer("«", "", "»", "").Replace(tt.told), tt.told
			for strings.Contains(want, "«") {
				from, to := strings.Index(want, "«"), strings.Index(want, "»")
				want = want[:from] + Redacted + want[to+len("»"):]
			}
			if got := Redact(plain); got != plain {
				t.Fatalf("%q is taken for a secret without a proof: %q", plain, got)
			}
			Read(plain)
			if Told(plain) != plain {
				t.Fatal("something was proved already")
			}
			other := words("ip link set eth0 up")
			Read(other)
			if !Prove(tt.secret, words("nothing in it")) {
				t.Error("it is not found in a line that was read")
			}
			if got := Told(plain); got != want {
				t.Errorf("told %q\n is %q\nwant %q", plain, got, want)
			}
			if b, ok := Overwritten(plain); !ok || len(b) != len(plain) || strings.Trim(string(b), "*") == "" || !strings.Contains(string(b), "*") ||
				strings.Contains(string(b), string(tt.secret)) {
				t.Errorf("overwritten it is %q", b)
			}
			if _, ok := Overwritten(other); ok || Told(other) != other {
				t.Errorf("%q became %q", other, Told(other))
			}
			if got := Redact(plain); tt.later && got != want {
				t.Errorf("read later %q\n is %q\nwant %q", plain, got, want)
			}
		})
	}
}

func pairs(digits string) []string {
	var p []string
	for i := 0; i+2 <= len(digits); i += 2 {
		p = append(p, digits[i:i+2])
	}
	return p
}

// Of two secrets in one line both go, whichever was proved first.
func TestProveTwo(t *testing.T) {
	forget()
	defer forget()
	l := words("tool hunter22 correcthorse")
	Prove([]byte("correcthorse"), l)
	Prove([]byte("hunter22"), l)
	if got, want := Told(l), words("tool <redacted> <redacted>"); got != want {
		t.Errorf("%q", got)
	}
}

// What is short is looked for in the lines of those who sent it, and a field of zeros not
// at all.
func TestProveShort(t *testing.T) {
	forget()
	defer forget()
	own, other := words("tool abcde up"), words("ip link set abcde up")
	Read(own)
	Read(other)
	if !Prove([]byte("abcde"), own) || Told(own) != words("tool <redacted> up") {
		t.Errorf("%q", Told(own))
	}
	if Told(other) != other {
		t.Errorf("%q", Told(other))
	}
	if Prove(make([]byte, 32), own) || Prove([]byte("up"), own) || Prove(nil, own) {
		t.Error("no secret is found")
	}
}

// Memory is bounded: what was proved long ago is forgotten, the newest never.
func TestProveMany(t *testing.T) {
	forget()
	defer forget()
	for i := range 3 * maxSecrets {
		secret := fmt.Sprintf("secret %08d", i)
		l := line("tool", secret)
		Prove([]byte(secret), l)
		if Told(l) == l || Redact(l) == l {
			t.Fatalf("%d is not taken out", i)
		}
	}
	if n := len(proofs.young) + len(proofs.old); n > 2*maxSecrets {
		t.Errorf("%d secrets", n)
	}
	if n := len(proofs.told) + len(proofs.toldOld); n > maxTold {
		t.Errorf("%d lines", n)
	}
}

// A flood of what looks like secrets is not searched for everywhere: only in the command
// lines of who sends it.
func TestProveFlood(t *testing.T) {
	forget()
	defer forget()
	defer func(n int) { maxSearches = n }(maxSearches)
	maxSearches = 0
	own, other := words("tool flooded-secret up"), words("other flooded-secret")
	Read(own)
	Read(other)
	Prove([]byte("flooded-secret"), own)
	if Told(own) == own || Told(other) != other {
		t.Errorf("%q, %q", Told(own), Told(other))
	}
	if l := words("third flooded-secret"); Redact(l) == l {
		t.Error("it is not found in what is read later")
	}
}

// BenchmarkRedact is what the command line of a process costs; BenchmarkProve what a
// secret costs that was not seen before, with as many lines as are kept.
func BenchmarkRedact(b *testing.B) {
	l := words("ip xfrm state add src 10.0.0.1 dst 10.0.0.2 proto esp spi 0x100 mode tunnel auth hmac(sha256) 0xaa enc cbc(aes) textkey")
	for b.Loop() {
		Redact(l)
	}
}

func BenchmarkProve(b *testing.B) {
	forget()
	defer forget()
	defer func(n int) { maxSearches = n }(maxSearches)
	maxSearches = 1 << 62
	for i := range maxLines {
		Read(words(fmt.Sprintf("ip route add 10.%d.%d.0/24 via 192.168.0.1 dev eth0 proto static metric 100 table main", i>>8, i&255)))
	}
	secret := []byte("0123456789abcdef0123456789abcdef")
	i := 0
	for b.Loop() {
		i++
		secret[0], secret[1], secret[2] = byte(i), byte(i>>8), byte(i>>16)
		Prove(secret)
	}
}
