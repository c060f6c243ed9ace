// SPDX-License-Identifier: Apache-2.0

package schema

// Width returns the length in bytes of a value of fixed width, 0 where the
// payload decides.
func (t *Type) Width() int {
	switch t.Kind {
	case U8, S8:
		return 1
	case U16, S16:
		return 2
	case U32, S32:
		return 4
	case U64, S64, Bits32:
		return 8
	case Struct:
		return t.Struct.Size()
	case Packed:
		if t.Len > 0 {
			return t.Len
		}
		return 0
	case Flag:
		return 0
	}
	return t.Len
}

// Size returns the length of the whole struct in bytes.
func (s *StructType) Size() int {
	if s == nil {
		return 0
	}
	n := 0
	for i := range s.Fields {
		n += s.Fields[i].Type.Width()
	}
	return n
}

// Min returns the shortest valid length in bytes.
func (s *StructType) Min() int {
	if s == nil {
		return 0
	}
	if s.MinLen > 0 {
		return s.MinLen
	}
	return s.Size()
}
