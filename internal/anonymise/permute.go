// SPDX-License-Identifier: Apache-2.0

package anonymise

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
)

// secret makes all that looks like chance: a value and what it is for go in, bytes that
// only the key tells come out.
type secret struct {
	block cipher.Block
	print string
}

// newSecret derives what is needed from a key of any length, so that a file with a key
// may hold anything, and what is told of it (print) says nothing of the rest.
func newSecret(key []byte) (*secret, error) {
	of := func(what string) []byte {
		h := hmac.New(sha256.New, key)
		h.Write([]byte(what))
		return h.Sum(nil)
	}
	block, err := aes.NewCipher(of("nltop pseudonyms 1"))
	if err != nil {
		return nil, err
	}
	return &secret{block: block, print: hex.EncodeToString(of("nltop fingerprint 1")[:8])}, nil
}

// stream is chance of any length that belongs to what was mixed in.
type stream struct {
	s    *secret
	at   [aes.BlockSize]byte // what was mixed in, then a counter with it
	n    uint64
	out  [aes.BlockSize]byte
	left int
}

// mix is the CBC-MAC of its parts, which begins with their lengths, so that no input is
// the beginning of another.
func (s *secret) mix(what byte, round int, parts ...[]byte) *stream {
	x := &stream{s: s}
	x.at[0], x.at[1] = what, byte(round)
	binary.LittleEndian.PutUint16(x.at[2:], uint16(len(parts)))
	for i, p := range parts {
		if i < 3 {
			binary.LittleEndian.PutUint32(x.at[4+4*i:], uint32(len(p)))
		}
	}
	s.block.Encrypt(x.at[:], x.at[:])
	for _, p := range parts {
		for len(p) > 0 {
			n := min(len(p), aes.BlockSize)
			for i := range n {
				x.at[i] ^= p[i]
			}
			s.block.Encrypt(x.at[:], x.at[:])
			p = p[n:]
		}
	}
	return x
}

// u32 returns the next number.
func (x *stream) u32() uint32 {
	if x.left == 0 {
		in := x.at
		binary.LittleEndian.PutUint64(in[:], binary.LittleEndian.Uint64(in[:])^x.n)
		// One block more than mix: else the first would be what mixing goes on from.
		x.n++
		in[aes.BlockSize-1] ^= 0x5a
		x.s.block.Encrypt(x.out[:], in[:])
		x.left = len(x.out)
	}
	v := binary.LittleEndian.Uint32(x.out[len(x.out)-x.left:])
	x.left -= 4
	return v
}

// What a permutation is for: each has pseudonyms of its own.
const (
	forText byte = iota + 1
	forNumber
	forIPv4
	forIPv6
	forOUI
	forMAC
	forBytes
	forOctet
	forSecrets
)

// rounds of the Feistel network: more than the 8 that FF1 and FF3 (NIST SP 800-38G) have
// at least, since the values are short.
const rounds = 10

// permute replaces digits by others in place, each below its radix, so that with the
// same key, purpose, tweak, radices and number of digits different ones become different
// ones: a Feistel network over two halves, of which each in turn is moved by what the
// other one says.
func (s *secret) permute(what byte, tweak, digits []byte, radix func(i int) int) {
	switch len(digits) {
	case 0:
		return
	case 1:
		digits[0] = s.one(what, tweak, digits[0], radix(0))
		return
	}
	half := len(digits) / 2
	for r := range rounds {
		from, lo, hi := digits[:half], half, len(digits)
		if r&1 == 1 {
			from, lo, hi = digits[half:], 0, half
		}
		x := s.mix(what, r, tweak, from, []byte{byte(len(digits)), byte(len(digits) >> 8)})
		for i := lo; i < hi; i++ {
			m := radix(i)
			digits[i] = byte((uint32(digits[i]) + x.u32()%uint32(m)) % uint32(m))
		}
	}
}

// one is permute for one digit: a shuffle.
func (s *secret) one(what byte, tweak []byte, v byte, radix int) byte {
	if radix < 2 || int(v) >= radix {
		return v
	}
	var all [256]byte
	for i := range radix {
		all[i] = byte(i)
	}
	x := s.mix(what, radix&0xff, tweak, nil, []byte{1})
	for i := radix - 1; i > 0; i-- {
		k := int(x.u32() % uint32(i+1))
		all[i], all[k] = all[k], all[i]
	}
	return all[v]
}

// burn overwrites bytes by such as nobody can turn back, not with the key either: text
// by text, the same bytes by the same ones.
func (s *secret) burn(b []byte) {
	if same(b, 0) {
		return
	}
	x, text := s.mix(forSecrets, 0, b), isText(bytes.TrimRight(b, "\x00"))
	for i, c := range b {
		v := byte(x.u32())
		if text && c != 0 {
			v = 'a' + v%26
		} else if text {
			v = 0
		}
		b[i] = v
	}
}

// walk repeats a permutation until what comes of it is fit: of a set that is closed so,
// the result is a permutation, too. It ends, at the latest where it began.
func walk(fit func() bool, next func()) {
	for range maxWalk {
		if next(); fit() {
			return
		}
	}
}

// maxWalk is far above what sets of this package take: most of what a permutation gives
// is fit.
const maxWalk = 1 << 12
