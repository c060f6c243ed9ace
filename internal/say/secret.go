// SPDX-License-Identifier: Apache-2.0

package say

import "strings"

// A secret never stands among the arguments of a program, which everybody on the
// machine can read: it is handed over in a here-document, in the way that the tool
// has for that.

// doc is a here-document: lines that a command reads from a descriptor. 0 is its
// standard input.
type doc struct {
	fd    int
	lines []string
}

// secretDocs returns the words of a command without secrets, and what it reads
// instead. false: the tool reads secrets from nowhere, or too many of them.
func (c Command) secretDocs() ([]string, []doc, bool) {
	var docs []doc
	if len(c.Input) > 0 {
		docs = []doc{{0, c.Input}}
	}
	secrets := 0
	for _, w := range c.Words {
		if _, ok := secretName(w); ok {
			secrets++
		}
	}
	switch {
	case secrets == 0:
		return c.Words, docs, true
	case c.Words[0] == "ip" && docs == nil:
		line, ok := batchLine(c.Words[1:])
		return []string{"ip", "-batch", "-"}, []doc{{0, []string{line}}}, ok
	case c.Words[0] == "wg" && secrets <= maxFileSecrets:
		words := make([]string, len(c.Words))
		fd := 3
		for i, w := range c.Words {
			if name, ok := secretName(w); ok {
				words[i] = "/dev/fd/" + decimal(uint64(fd))
				docs = append(docs, doc{fd, []string{inLine(name)}})
				fd++
				continue
			}
			words[i] = w
		}
		return words, docs, true
	}
	return nil, nil, false
}

// maxFileSecrets is how many descriptors a POSIX shell has for files: 3 to 9.
const maxFileSecrets = 7

// batchLine writes words as a line of ip -batch, which knows quotes, but nothing
// that stands for a quote between them; "#" begins a comment even there.
func batchLine(words []string) (string, bool) {
	var b strings.Builder
	for i, w := range words {
		if i > 0 {
			b.WriteByte(' ')
		}
		name, isSecret := secretName(w)
		switch {
		case isSecret:
			b.WriteString(inLine(name))
		case strings.ContainsAny(w, "#\n\x00"):
			return "", false
		case bare(w):
			b.WriteString(w)
		case !strings.Contains(w, "'"):
			b.WriteString("'" + w + "'")
		case !strings.Contains(w, `"`):
			b.WriteString(`"` + w + `"`)
		default:
			return "", false
		}
	}
	return b.String(), true
}

// hereDoc writes a here-document (Shell Command Language, 2.7.4): its operator to b,
// and its lines to text. false: a line is none.
func hereDoc(b, text *strings.Builder, lines []string) bool {
	end, plain := "END", true
	for _, line := range lines {
		before, name, _ := cutSecret(line)
		if name != "" || !printable(before) {
			plain = false
		}
	}
	for i := 0; i < len(lines); i++ {
		if strings.TrimRight(lines[i], "_") == strings.TrimRight(end, "_") && len(lines[i]) >= len(end) {
			end = lines[i] + "_"
		}
	}
	b.WriteString("<<")
	if plain {
		b.WriteString("'" + end + "'")
	} else {
		b.WriteString(end)
	}
	for _, line := range lines {
		text.WriteByte('\n')
		if !hereLine(text, line, plain) {
			return false
		}
	}
	text.WriteString("\n" + end)
	return true
}

// hereLine writes a line of a here-document; plain: of one that is not expanded.
func hereLine(text *strings.Builder, line string, plain bool) bool {
	for {
		before, name, after := cutSecret(line)
		switch {
		case strings.ContainsAny(before, "\n\x00"):
			return false
		case plain:
			text.WriteString(before)
		case printable(before):
			text.WriteString(hereEscapes.Replace(before))
		default:
			byPrintf(text, before)
		}
		if name == "" {
			return true
		}
		text.WriteString("${" + name + "}")
		line = after
	}
}

var hereEscapes = strings.NewReplacer(`\`, `\\`, `$`, `\$`, "`", "\\`")
