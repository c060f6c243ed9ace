// SPDX-License-Identifier: Apache-2.0

package anonymise

import (
	"bytes"
	"encoding/hex"

	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/decode/schema"
)

// word overwrites the value of KEY=VALUE, or words without a key. The key stays.
func (w *overwriter) word(n *decode.Node, id schema.Identity) {
	switch {
	case n.Name == "audit": // its time stamp
	case len(n.Children) > 0:
		if id == schema.Common {
			return
		}
		for i := range n.Children {
			c := n.Children[i]
			c.Word = true
			if c.Name == "" {
				c.Name = n.Name
			}
			w.word(&c, w.a.identity(&c, within{}))
		}
	case id == schema.Common:
	case id == schema.Account:
		if lasting[string(n.Raw)] {
			return
		}
		w.s.text(n.Raw)
	case id == schema.SockAddr:
		w.hexDigits(n.Raw, w.sockAddr)
	case n.Name == "ACTION@DEVPATH":
		if at := bytes.IndexByte(n.Raw, '@'); at >= 0 {
			w.s.keeping(n.Raw[at:], deviceTree)
		}
	case n.Name == "DEVPATH":
		w.s.keeping(n.Raw, deviceTree)
	case nobodys[string(n.Raw)]:
	case isNumber(n):
	case id == schema.Words && inHex(n):
		w.hexDigits(n.Raw, w.s.text)
	default:
		w.s.text(n.Raw)
	}
}

// nobodys are what the kernel writes where there is nothing to be written.
var nobodys = map[string]bool{"(null)": true, "(none)": true, "unset": true, "unconfined": true, "kernel": true, "?": true}

// deviceTree are directories of sysfs that every machine has.
var deviceTree = wordSet(`devices virtual platform system net block class module kernel cpu node pci bus usb misc tty mem
	queues rx tx`)

// isNumber says whether the table reads the word as a number, or as a name of one.
func isNumber(n *decode.Node) bool {
	switch n.Value.(type) {
	case uint64, int64, []string:
		return true
	}
	switch n.Kind() {
	case schema.U8, schema.U16, schema.U32, schema.U64, schema.S8, schema.S16, schema.S32, schema.S64:
		return true
	}
	return false
}

// inHex says whether the value was written in digits of base 16: of others the value is
// what stands there.
func inHex(n *decode.Node) bool {
	v, ok := n.Value.(string)
	return ok && v != string(n.Raw) && len(n.Raw)%2 == 0
}

// hexDigits overwrites what is written in digits of base 16.
func (w *overwriter) hexDigits(t []byte, overwrite func([]byte)) {
	b := make([]byte, hex.DecodedLen(len(t)))
	if _, err := hex.Decode(b, t); err != nil {
		w.s.text(t)
		return
	}
	upper := bytes.ContainsAny(t, "ABCDEF")
	overwrite(b)
	hex.Encode(t, b)
	if upper {
		copy(t, bytes.ToUpper(t))
	}
}
