// SPDX-License-Identifier: Apache-2.0

package export

import (
	"encoding/json"
	"strconv"

	"github.com/nltop/nltop/internal/decode/schema"
)

// appendFact appends what Node.Facts returned.
func appendFact(b []byte, v any) []byte {
	switch v := v.(type) {
	case schema.Object:
		b = append(b, '{')
		for i, m := range v {
			if i > 0 {
				b = append(b, ',')
			}
			b = append(appendString(b, m.Name), ':')
			b = appendFact(b, m.Value)
		}
		return append(b, '}')
	case []string:
		return appendStrings(b, v)
	case []uint64:
		return appendList(b, v)
	case []any:
		return appendList(b, v)
	case string:
		return appendString(b, v)
	case bool:
		return strconv.AppendBool(b, v)
	case uint64:
		return appendUint(b, v)
	case int64:
		return strconv.AppendInt(b, v, 10)
	case float64:
		if n, err := json.Marshal(v); err == nil {
			return append(b, n...)
		}
	}
	return append(b, "null"...)
}

func appendList[T any](b []byte, list []T) []byte {
	b = append(b, '[')
	for i, v := range list {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendFact(b, v)
	}
	return append(b, ']')
}
