// SPDX-License-Identifier: Apache-2.0

package families

import (
	"encoding/binary"
	"encoding/hex"
	"strconv"
	"strings"

	"github.com/nltop/nltop/internal/decode/schema"
)

// nftUserdata is what nft keeps in the kernel for itself, in libnftnl's form: a
// byte for the type, one for the length, the value; no padding. names are those
// of the types from 0 on.
func nftUserdata(names ...string) schema.Type {
	return where(func(b []byte, _ bool) (string, bool) {
		var parts []string
		for len(b) > 0 {
			if len(b) < 2 || len(b) < 2+int(b[1]) {
				return "", false
			}
			name := "type " + strconv.Itoa(int(b[0]))
			if int(b[0]) < len(names) {
				name = names[b[0]]
			}
			parts = append(parts, name+"="+nftUserdataValue(name, b[2:2+int(b[1])]))
			b = b[2+int(b[1]):]
		}
		return strings.Join(parts, " "), true
	}, nftUserdataFacts(names))
}

// nftUserdataValue writes text as text, four bytes as the number in host order
// that libnftnl puts there, and the rest in hex.
func nftUserdataValue(name string, v []byte) string {
	if n := len(v); n > 1 && v[n-1] == 0 && (name == "comment" || name == "nft version") {
		return string(v[:n-1])
	}
	switch {
	case len(v) == 4 && !strings.Contains(name, "typeof"):
		n := binary.NativeEndian.Uint32(v)
		if strings.HasSuffix(name, "byteorder") {
			switch n {
			case 1:
				return "host"
			case 2:
				return "network"
			}
		}
		return strconv.FormatUint(uint64(n), 10)
	case len(v) == 1:
		return strconv.Itoa(int(v[0]))
	}
	return hex.EncodeToString(v)
}

// nftTypeBits is how many bits of NFTA_SET_KEY_TYPE a part of a concatenation
// has (TYPE_BITS of nft).
const nftTypeBits = 6

// nftDatatype names the number of nft's type of a set's key or data.
func nftDatatype() schema.Type {
	t := custom(func(b []byte, _ bool) (string, bool) {
		if len(b) != 4 {
			return "", false
		}
		n := binary.BigEndian.Uint32(b)
		if n&0xffffff00 == 0xffffff00 { // NFT_DATA_VERDICT
			return "verdict", true
		}
		var parts []string
		for rest := n; rest != 0; rest >>= nftTypeBits {
			i := int(rest & (1<<nftTypeBits - 1))
			if i >= len(nftDatatypes) || nftDatatypes[i] == "" {
				return strconv.FormatUint(uint64(n), 10), true
			}
			parts = append([]string{nftDatatypes[i]}, parts...)
		}
		if parts == nil {
			return "0", true
		}
		return strings.Join(parts, " . "), true
	})
	t.Facts = func(b []byte, big bool) any {
		text, _ := t.Format(b, big)
		return nftDatatypeFacts(text)
	}
	return t
}
