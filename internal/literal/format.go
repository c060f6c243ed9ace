// SPDX-License-Identifier: Apache-2.0

package literal

import (
	"encoding/hex"
	"fmt"
	"strings"
)

// Format is a way to write bytes down.
type Format uint8

const (
	Hex Format = iota // plain hex, 32 bytes a line
	Go                // a []byte
	C                 // an array of unsigned char
)

// ParseFormat reads the name of a format: "hex", "go", "c".
func ParseFormat(s string) (Format, bool) {
	switch s {
	case "hex":
		return Hex, true
	case "go":
		return Go, true
	case "c":
		return C, true
	}
	return 0, false
}

// Write returns bytes as a literal that ends with a newline, note as a comment
// above it. Parse reads it back; note must have no line breaks, and nothing that
// ends a comment survives in it.
func Write(f Format, note string, b []byte) string {
	var w strings.Builder
	note = strings.NewReplacer("\n", " ", "\r", " ", "*/", "* /", `"`, "'", `\`, "/").Replace(note)
	switch f {
	case Hex:
		if note != "" {
			fmt.Fprintf(&w, "# %s\n", note)
		}
		for len(b) > 0 {
			n := min(len(b), 32)
			w.WriteString(hex.EncodeToString(b[:n]) + "\n")
			b = b[n:]
		}
	case Go:
		if note != "" {
			fmt.Fprintf(&w, "// %s\n", note)
		}
		w.WriteString("[]byte{\n")
		rows(&w, b)
		w.WriteString("}\n")
	case C:
		if note != "" {
			fmt.Fprintf(&w, "/* %s */\n", note)
		}
		fmt.Fprintf(&w, "static const unsigned char msg[%d] = {\n", len(b))
		rows(&w, b)
		w.WriteString("};\n")
	}
	return w.String()
}

func rows(w *strings.Builder, b []byte) {
	for i := 0; i < len(b); i += 12 {
		w.WriteByte('\t')
		for j, c := range b[i:min(i+12, len(b))] {
			if j > 0 {
				w.WriteByte(' ')
			}
			fmt.Fprintf(w, "0x%02x,", c)
		}
		w.WriteByte('\n')
	}
}
