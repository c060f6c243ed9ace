// SPDX-License-Identifier: Apache-2.0

// Package argv takes keys and passwords out of command lines: of `ip xfrm state add …
// enc 'cbc(aes)' 0x…` it leaves `<redacted>` in the place of the key.
//
// What is a secret is decided three times. By key word, as the tools have them whose
// arguments hold keys (tools.go), and the names that options and variables have
// everywhere (names.go). By form: a long hexadecimal or base64 word that nothing says
// to be something else (form.go); a command line is told before the request that proves
// it to hold a key, and a word of that form is therefore withheld from the beginning. By
// proof: what equals the bytes that were overwritten in a message (proof.go).
//
// It does not run or expand anything, it does not know which files hold keys, and it
// does not look into messages. A word that it does not take for a secret stays as it is.
package argv

import (
	"sort"
	"strings"
	"sync/atomic"
)

// Redacted stands in the place of what was taken out.
const Redacted = "<redacted>"

var kept atomic.Bool

// Keep says that nothing is taken out any more (--secrets). It is for the start of a
// program, before any command line is read.
func Keep(all bool) { kept.Store(all) }

// Redact returns a command line without its secrets: of arguments that end in a NUL each;
// one that does not is where the line was cut. It takes time in proportion to the line.
func Redact(line string) string {
	if line == "" || kept.Load() {
		return line
	}
	s := scan{line: line}
	s.arguments()
	s.known()
	return s.result()
}

// Holds says in which arguments of a command there is a secret.
func Holds(args []string) []bool {
	held := make([]bool, len(args))
	if len(args) == 0 || kept.Load() {
		return held
	}
	s := scan{line: strings.Join(args, "\x00") + "\x00"}
	s.arguments()
	s.known()
	at := 0
	for i, arg := range args {
		held[i] = s.taken(at, at+len(arg))
		at += len(arg) + 1
	}
	return held
}

// Text is Redact for a text that is no command line but may quote one: what has the form
// of a secret, or equals one that was proved, is taken out.
func Text(text string) string {
	if text == "" || kept.Load() {
		return text
	}
	s := scan{line: text}
	s.command(split(text, 0, len(text)), context{depth: 1})
	s.known()
	return s.result()
}

// span is a part of a line, [start, end).
type span struct{ start, end int }

// scan is one line that is looked through.
type scan struct {
	line string
	out  []span // what is taken out; they may overlap
}

func (s *scan) take(start, end int) {
	if start < end {
		s.out = append(s.out, span{start, end})
	}
}

// taken says whether a part of [start, end) is taken out already.
func (s *scan) taken(start, end int) bool {
	for _, o := range s.out {
		if o.start < end && start < o.end {
			return true
		}
	}
	return false
}

// result puts Redacted in the place of what was taken out.
func (s *scan) result() string {
	if len(s.out) == 0 {
		return s.line
	}
	sort.Slice(s.out, func(i, j int) bool { return s.out[i].start < s.out[j].start })
	var b strings.Builder
	at := 0
	for _, o := range s.out {
		if o.end <= at {
			continue
		}
		if o.start >= at {
			b.WriteString(s.line[at:o.start])
			b.WriteString(Redacted)
		}
		at = o.end
	}
	b.WriteString(s.line[at:])
	return b.String()
}

// arguments looks through the arguments of a process.
func (s *scan) arguments() {
	var ws []word
	for start := 0; start < len(s.line); {
		end := strings.IndexByte(s.line[start:], 0)
		if end < 0 {
			end = len(s.line)
		} else {
			end += start
		}
		w := word{span: span{start, end}, text: s.line[start:end]}
		w.cut = end == len(s.line)
		w.compound = isCompound(w.text)
		ws = append(ws, w)
		start = end + 1
	}
	s.command(ws, context{})
}

// maxDepth bounds how deep quoted scripts are looked into: `sudo sh -c "ssh x 'ip …'"`.
const maxDepth = 5

// context is what of a command was read so far.
type context struct {
	depth  int      // in scripts inside of arguments
	tools  []named  // the last is the innermost
	before []string // words from the first of them on
	began  bool     // the word was there that names the program
}

// named is a tool that was named in a command; program: where its program has to stand,
// not somewhere among the arguments of another.
type named struct {
	*tool
	program bool
}

// reset is for the end of a command.
func (c *context) reset() {
	tools := c.tools
	c.tools, c.before, c.began = nil, nil, false
	for _, t := range tools {
		if t.script {
			c.tools = append(c.tools, t)
		}
	}
}

// command looks through words in their order.
func (s *scan) command(ws []word, c context) {
	c.tools, c.before = c.tools[:len(c.tools):len(c.tools)], c.before[:len(c.before):len(c.before)]
	for i := 0; i < len(ws); {
		w := &ws[i]
		switch {
		case w.separator, w.text == "--" && !c.goesOn():
			c.reset()
			i++
			continue
		case c.leaves(w.text): // ip netns exec NAME COMMAND
			c.reset()
			i = min(i+2, len(ws))
			continue
		}
		if n := s.keyed(ws[i:], &c); n > 0 {
			i, c.began = i+n, true
			continue
		}
		previous := ""
		if i > 0 {
			previous = ws[i-1].text
		}
		s.other(w, previous, c)
		if t := toolOf(w.text); t != nil {
			c.tools = append(c.tools, named{t, !c.began})
		}
		if len(c.tools) > 0 {
			c.before = append(c.before, w.text)
		}
		c.began = c.began || !isWrapper(w.text)
		i++
	}
}

// other looks into a word that nothing says to be a secret.
func (s *scan) other(w *word, previous string, c context) {
	if s.inside(w, previous, c) {
		return
	}
	if in := w.inner(); w.compound && c.depth < maxDepth {
		if ws := split(s.line, in.start, in.end); len(ws) != 1 || ws[0].span != in {
			c.depth, c.began = c.depth+1, false
			s.command(ws, c)
			return
		}
	}
	s.formed(w, previous, c)
}
