// SPDX-License-Identifier: Apache-2.0

package capture

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/nltop/nltop/internal/argv"
)

// ID is a user ID in the initial user namespace. 0 is root and a value like any
// other; the zero ID is the one that is not known. The number behind it is nobody
// else's business: IDOf makes an ID, and its methods tell what it is.
type ID uint64 // the value and one; 0: unknown

// unsetID is what the kernel calls INVALID_UID (include/linux/uidgid.h), and
// AUDIT_UID_UNSET (include/uapi/linux/audit.h) of a login that never was.
const unsetID = 1<<32 - 1

// IDOf returns the ID of that value; 4294967295 is one that is known to be unset.
func IDOf(v uint32) ID { return ID(v) + 1 }

// Known says whether anything is known, and be it that it is unset.
func (id ID) Known() bool { return id != 0 }

// Raw returns the value as the kernel has it, 4294967295 for one that is unset;
// ok is Known.
func (id ID) Raw() (v uint32, ok bool) { return uint32(id - 1), id.Known() }

// Value returns what there is to show: ok is false for an ID that is unknown, and
// for one that is unset.
func (id ID) Value() (v uint32, ok bool) {
	v, ok = id.Raw()
	if !ok || v == unsetID {
		return 0, false
	}
	return v, true
}

// String returns the number, or "" where there is none to show.
func (id ID) String() string {
	v, ok := id.Value()
	if !ok {
		return ""
	}
	return strconv.FormatUint(uint64(v), 10)
}

// MaxCmdLine is how many bytes of a command line are kept.
const MaxCmdLine = 256

// CmdLine is the arguments of a process as they lay in its memory, at most
// MaxCmdLine bytes that may be anything: each argument ends in a NUL. One that does
// not is where the command line was cut. "" is not known, or a process without any
// (the kernel's own threads).
//
// Whoever makes one takes keys and passwords out first (NewCmdLine, RecordedCmdLine).
// What is proved later to be one is taken out where a CmdLine is told (Told).
type CmdLine string

// NewCmdLine makes a CmdLine of what was read of size bytes of arguments. A process
// may have written over them (setproctitle()): a last one without its end has it
// where the bytes end.
func NewCmdLine(read []byte, size uint64) CmdLine {
	return withoutSecrets(newCmdLine(read, size))
}

// RecordedCmdLine makes a CmdLine of one as a recording has it, be it an old one.
func RecordedCmdLine(recorded []byte) CmdLine {
	return withoutSecrets(CmdLine(recorded[:min(len(recorded), MaxCmdLine+1)]))
}

// withoutSecrets keeps the bound, which what stands in the place of a secret may exceed.
func withoutSecrets(c CmdLine) CmdLine {
	c = CmdLine(argv.Redact(string(c)))
	if len(c) > MaxCmdLine+1 {
		c = CmdLine(strings.TrimRight(string(c[:MaxCmdLine]), "\x00"))
	}
	argv.Read(string(c))
	return c
}

// Told is the command line without what was proved to be a secret after it was made.
func (c CmdLine) Told() CmdLine { return CmdLine(argv.Told(string(c))) }

// Overwritten is Told with asterisks, of the same length; false: nothing was proved.
func (c CmdLine) Overwritten() ([]byte, bool) { return argv.Overwritten(string(c)) }

// Prove says that these bytes, which were in a message with that Origin, are a secret. True:
// a command line that was told holds it.
func (o *Origin) Prove(secret []byte) bool {
	return argv.Prove(secret, string(o.Proc.CmdLine), string(o.Proc.Parent.CmdLine),
		string(o.Socket.Owner.CmdLine), string(o.Socket.Owner.Parent.CmdLine))
}

func newCmdLine(read []byte, size uint64) CmdLine {
	cut := size > uint64(len(read))
	if len(read) > MaxCmdLine {
		read, cut = read[:MaxCmdLine], true
	}
	args := string(read)
	if cut {
		// Here the next argument would begin, and without its NUL the last one says
		// that something is missing.
		return CmdLine(strings.TrimRight(args, "\x00"))
	}
	// A shorter title in the place of a long command line leaves NULs behind.
	trimmed := strings.TrimRight(args, "\x00")
	if len(args)-len(trimmed) > 1 && strings.IndexByte(trimmed, 0) < 0 && trimmed != "" {
		args = trimmed
	}
	if args != "" && args[len(args)-1] != 0 {
		args += "\x00"
	}
	return CmdLine(args)
}

// Cut says whether there was more.
func (c CmdLine) Cut() bool { return c != "" && c[len(c)-1] != 0 }

// Args returns the arguments; of a CmdLine that is cut, the last is a part.
func (c CmdLine) Args() []string {
	c = c.Told()
	if c == "" {
		return nil
	}
	return strings.Split(strings.TrimSuffix(string(c), "\x00"), "\x00")
}

// String returns the arguments in one line as one would type them in bash, with an
// ellipsis behind what was cut: printable text alone, whatever the process is
// called.
func (c CmdLine) String() string {
	var b strings.Builder
	c = c.Told()
	args := c.Args()
	for i, arg := range args {
		if i > 0 {
			b.WriteByte(' ')
		}
		if last := i == len(args)-1; last && c.Cut() {
			arg = trimRune(arg)
			if arg != "" {
				quoteWord(&b, arg)
			}
			b.WriteString("…")
			break
		}
		quoteWord(&b, arg)
	}
	return b.String()
}

// trimRune removes what the cut left of a last character.
func trimRune(s string) string {
	for i := 1; i < utf8.UTFMax && i <= len(s); i++ {
		tail := s[len(s)-i:]
		if !utf8.RuneStart(tail[0]) {
			continue
		}
		if !utf8.FullRuneInString(tail) {
			return s[:len(s)-i]
		}
		break
	}
	return s
}

// quoteWord writes one word of a command line for bash: as it is, in single quotes or,
// where it has something that cannot be printed, in those that take escapes.
func quoteWord(b *strings.Builder, s string) {
	plain, printable := s != "", true
	for i, r := range s {
		if r == utf8.RuneError && !strings.HasPrefix(s[i:], "\uFFFD") || !unicode.IsPrint(r) {
			printable = false
			break
		}
		if r >= utf8.RuneSelf {
			continue
		}
		if !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("_@%+=:,./-", r)) {
			plain = false
		}
	}
	switch {
	case !printable:
		quoteBytes(b, s)
	case plain:
		b.WriteString(s)
	default:
		b.WriteByte('\'')
		b.WriteString(strings.ReplaceAll(s, `'`, `'\''`))
		b.WriteByte('\'')
	}
}

func quoteBytes(b *strings.Builder, s string) {
	const hex = "0123456789abcdef"
	b.WriteString("$'")
	for len(s) > 0 {
		r, n := utf8.DecodeRuneInString(s)
		switch {
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\t':
			b.WriteString(`\t`)
		case r == '\'' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == utf8.RuneError && n == 1 || !unicode.IsPrint(r):
			for i := range n {
				b.WriteString(`\x`)
				b.WriteByte(hex[s[i]>>4])
				b.WriteByte(hex[s[i]&15])
			}
			// Two digits: bash takes no more, whatever follows.
		default:
			b.WriteString(s[:n])
		}
		s = s[n:]
	}
	b.WriteByte('\'')
}

// Parent is whose child a process was when it was first seen: who started it, also
// when that one has ended since.
type Parent struct {
	PID     uint32 // thread group ID; 0: unknown, or none
	Outside bool   // as Proc.Outside
	Name    string // comm of its thread group's leader
	CmdLine CmdLine
	Late    bool // CmdLine was read from /proc after the fact
}

// ProcessName is what a process is called, whichever of its threads acted: Name, else
// what is known of a thread.
func (p *Proc) ProcessName() string {
	if p.Name != "" {
		return p.Name
	}
	return p.Comm
}

// Called says whether that is the comm of the thread or the name of the process.
func (p *Proc) Called(comm string) bool { return p.Comm == comm || p.Name == comm }

// ProcKey tells processes apart, those that had the same PID one after the other
// included, and the programs that one process executed in turn.
type ProcKey struct {
	PID  uint32
	Life uint64
}

// Key returns the key of p; with a Life that is unknown it is no more than a PID.
func (p *Proc) Key() ProcKey { return ProcKey{p.PID, p.Life} }
