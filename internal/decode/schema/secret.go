// SPDX-License-Identifier: Apache-2.0

package schema

// Secrecy says why the bytes of a payload must not leave a machine unasked. Whoever
// writes commands, files or screens asks for it; decoding does not.
type Secrecy uint8

const (
	Public     Secrecy = iota
	Key                // key material
	Password           // what a person types to be let in
	Attackable         // what a key can be found from: handshakes, nonces, names of keys
	Token              // what lets one take part in something that exists: connection tokens, cookies, memory keys
	Payload            // packets, which may hold anything
)

func (s Secrecy) String() string {
	return [...]string{"public", "key", "password", "attackable", "token", "payload"}[min(s, Payload)]
}

// Withheld says that nothing may show the bytes unless it is asked to. What else is no
// secret by itself is for those who make a recording anonymous.
func (s Secrecy) Withheld() bool { return s == Key || s == Password }
