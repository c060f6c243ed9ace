// SPDX-License-Identifier: Apache-2.0

package capture

import "testing"

func TestPrintable(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"nothing", "", ""},
		{"words", "eth0 is up: 5 µs…", "eth0 is up: 5 µs…"},
		{"escapes stay", `C:\x1b`, `C:\x1b`},
		{"escape sequence", "a\x1b[31mb", `a\x1b[31mb`},
		{"end of line", "a\nb\r", `a\nb\r`},
		{"delete", "a\x7f", `a\x7f`},
		{"C1 in UTF-8", "a\u009b2Jb", `a\u009b2Jb`},
		{"C1 as a byte", "a\x9b2J", `a\x9b2J`},
		{"direction", "a\u202ecba\u2066", `a\u202ecba\u2066`},
		{"no width", "a\u200bb\ufeff", `a\u200bb\ufeff`},
		{"ends of lines and paragraphs", "\u2028\u2029", `\u2028\u2029`},
		{"cut", "\xe2\x80", `\xe2\x80`},
		{"a real replacement character", "\ufffd", "\ufffd"},
		{"tag", "\U000e0041", `\U000e0041`},
	} {
		got := Printable(c.in)
		if got != c.want {
			t.Errorf("%s: %q gives %q, want %q", c.name, c.in, got, c.want)
		}
		if again := Printable(got); again != got {
			t.Errorf("%s: %q becomes %q the second time", c.name, got, again)
		}
	}
}
