// SPDX-License-Identifier: Apache-2.0

package argv

import (
	"slices"
	"strings"
)

// Names of options, variables and settings whose values are secrets, by their last part:
// `--password`, `DB_PASSWORD`, `wifi-sec.psk`, `sharedSecret`.
var (
	// passwords are lost whatever they look like.
	passwords = []string{"password", "passwd", "passphrase", "passcode", "pass", "psk", "sopass", "passwort", "pwd",
		"wpapsk", "sshpass", "xauthpass", "storepass", "keypass", "userpass", "dbpass", "otp", "pin", "puk"}
	// passwordEnds are what the last part may end with: PGPASSWORD.
	passwordEnds = []string{"password", "passwd", "passphrase"}
	// credentials are kept where they are the name of a file.
	credentials = []string{"secret", "token", "pmk", "cak", "privatekey", "secretkey", "presharedkey", "sharedkey",
		"sharedsecret", "encryptionkey", "authkey", "apikey", "accesskey", "masterkey", "sessionkey", "wepkey",
		"wepkey0", "wepkey1", "wepkey2", "wepkey3", "authenticationkey", "cryptkey", "cipherkey", "noncetail", "sakey", "attrkey", "apitoken", "authtoken",
		"enckey", "setupkey", "keydata", "proxyauth"}
	// negations are first parts of options that take no value.
	negations = []string{"no", "without", "disable", "ask", "skip", "show", "prompt"}
)

type nameKind uint8

const (
	noSecret nameKind = iota
	password
	credential
)

// maxNameLen bounds what is looked at as a name, in bytes.
const maxNameLen = 64

// secretName says whether a name is one of a secret. It may have what options have in
// front.
func secretName(name string) nameKind {
	name = strings.TrimLeft(name, "-+/$")
	if name == "" || len(name) > maxNameLen {
		return noSecret
	}
	parts := nameParts(name)
	if len(parts) == 0 || slices.Contains(negations, parts[0]) {
		return noSecret
	}
	last := parts[len(parts)-1]
	if len(parts) > 1 && last == "in" { // iSCSI's password_in
		parts = parts[:len(parts)-1]
		last = parts[len(parts)-1]
	}
	if bare := strings.TrimRight(last, "0123456789"); slices.Contains(passwords, bare) { // password2
		last = bare
	}
	switch {
	case name == "ipv6.token": // the host part of an address
		return noSecret
	case last == "pwd" && (len(parts) == 1 || parts[0] == "old"): // the working folder
		return noSecret
	case slices.Contains(passwords, last), slices.ContainsFunc(passwordEnds, func(end string) bool { return strings.HasSuffix(last, end) }):
		return password
	case slices.Contains(credentials, last):
		return credential
	case len(parts) > 1 && slices.Contains(credentials, parts[len(parts)-2]+last):
		return credential
	}
	return noSecret
}

// nameParts splits at punctuation and where a small letter is followed by a capital one.
func nameParts(name string) []string {
	var parts []string
	from := 0
	end := func(at int) {
		if from < at {
			parts = append(parts, strings.ToLower(name[from:at]))
		}
		from = at
	}
	for i := range len(name) {
		switch c := name[i]; {
		case c == '-' || c == '_' || c == '.':
			end(i)
			from = i + 1
		case i > 0 && c >= 'A' && c <= 'Z' && name[i-1] >= 'a' && name[i-1] <= 'z':
			end(i)
		}
	}
	end(len(name))
	return parts
}

// isFile says whether a value can only be meant as the name of a file or descriptor, or
// as a variable.
func isFile(value string) bool {
	for _, p := range []string{"/", "./", "../", "~/", "$", "file:", "fd:", "env:", "@/", "<"} {
		if strings.HasPrefix(value, p) {
			return !isBase64Key(value)
		}
	}
	dot := strings.LastIndexByte(value, '.')
	return dot > 0 && slices.Contains([]string{".key", ".pem", ".crt", ".txt", ".conf", ".cfg", ".json", ".yaml", ".psk", ".secret", ".p12", ".pfx"}, value[dot:])
}

// secretValue says whether a value of a setting of a kind is one to be taken out.
func secretValue(kind nameKind, value string) bool {
	switch {
	case value == "":
		return false
	case kind == credential:
		return !isFile(value)
	}
	return kind == password && !strings.HasPrefix(value, "file:") && !strings.HasPrefix(value, "env:")
}

// inside takes secrets out that are parts of a word: the value of `--password=x`,
// `PASSWORD=x`, `"password":"x"`, `pass:x`, the password in `scheme://user:password@host`.
// True: the rest of the word is no script to be looked into.
func (s *scan) inside(w *word, previous string, c context) (done bool) {
	if !strings.ContainsAny(w.text, "=:") {
		return false
	}
	isScript := c.depth == 0 && strings.HasPrefix(previous, "-") && strings.HasSuffix(previous, "c")
	from := w.inner().start
	text := s.line[from : from+len(w.text)]
	if at := strings.IndexByte(text, '='); at > 0 && !isScript && (c.depth == 0 || len(text) == w.end-w.start) {
		kind, front := nameAt(text[:at])
		if strings.Trim(front, `\n`) == "" && secretValue(kind, text[at+1:]) {
			start, end := from+at+1, from+len(text)
			if c.depth > 0 {
				start, end = s.unquote(start, end)
			}
			s.take(start, end)
			return true
		}
		for _, t := range c.tools {
			if t.suffix != "" && strings.HasSuffix(text[:at], t.suffix) && at+1 < len(text) {
				start, end := s.unquote(from+at+1, from+len(text))
				s.take(start, end)
				return true
			}
		}
	}
	if strings.ContainsAny(text, " \t\n") {
		return false
	}
	for i := 1; i < len(text); i++ {
		if text[i] == '=' || text[i] == ':' {
			done = s.assignment(from, text, i) || done
		}
	}
	return done
}

// nameAt is what kind of name a text ends with, and what is in front of it.
func nameAt(text string) (kind nameKind, front string) {
	name := lastName(text[max(0, len(text)-maxNameLen):])
	front = text[:len(text)-len(name)]
	if kind = secretName(name); kind == noSecret && strings.HasSuffix(front, `\`) && len(name) > 1 { // \npsk=
		kind = secretName(name[1:])
	}
	return kind, front
}

// unquote is the part between the quotes with which a value begins, which may be escaped,
// or all of it.
func (s *scan) unquote(start, end int) (int, int) {
	value := s.line[start:end]
	for _, quote := range []string{`\"`, `"`, `'`} {
		if !strings.HasPrefix(value, quote) {
			continue
		}
		start += len(quote)
		n := strings.Index(s.line[start:end], quote)
		if len(quote) == 1 {
			n = closing(s.line[start:end], quote[0])
		}
		if n >= 0 {
			end = start + n
		}
		break
	}
	return start, end
}

// assignment takes the value out that stands behind the sign at i of a word, if the name
// in front is one of a secret.
func (s *scan) assignment(from int, text string, i int) bool {
	if text[i] == ':' && strings.HasPrefix(text[i:], "://") {
		return s.address(from, text, i+3)
	}
	named := strings.TrimRight(text[:i], `\'"`)
	kind, _ := nameAt(named)
	if text[i] == ':' && len(named) == i && named != "pass" { // pass: is openssl's
		return false
	}
	at, stop := s.unquote(from+i+1, from+len(text))
	if at == from+i+1 {
		if n := strings.IndexAny(s.line[at:stop], `,;&"'})]`); n >= 0 {
			stop = at + n
		}
	}
	if kind == noSecret || !secretValue(kind, s.line[at:stop]) {
		return false
	}
	s.take(at, stop)
	return true
}

func isNameByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '-' || c == '.'
}

// address takes the password out of what stands behind `scheme://`.
func (s *scan) address(from int, text string, at int) bool {
	end := len(text)
	if n := strings.IndexAny(text[at:], "/?#"); n >= 0 {
		end = at + n
	}
	host := strings.LastIndexByte(text[at:end], '@')
	if host < 0 {
		return false
	}
	colon := strings.IndexByte(text[at:at+host], ':')
	if colon < 0 || colon+1 == host {
		return false
	}
	s.take(from+at+colon+1, from+at+host)
	return true
}
