// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/nltest"
)

// keyArgEnv makes the test a program that has a key in its first argument, in the form
// that the variable names.
const keyArgEnv = "NLTOP_E2E_KEY_IN_ARGUMENTS"

// sendKey asks the kernel for a link, waits for a line of standard input, and sends the
// key that its argument is: XFRM_MSG_NEWSA with XFRMA_ALG_CRYPT (include/uapi/linux/xfrm.h).
func sendKey() error {
	key, err := []byte(os.Args[1]), error(nil)
	switch os.Getenv(keyArgEnv) {
	case "hex":
		key, err = hex.DecodeString(strings.TrimPrefix(os.Args[1], "0x"))
	case "base64":
		key, err = base64.StdEncoding.DecodeString(os.Args[1])
	}
	if err != nil {
		return err
	}
	if err := sendOnce(unix.NETLINK_ROUTE, nltest.Native.Message(unix.RTM_GETLINK, unix.NLM_F_REQUEST, 1, 0, make([]byte, unix.SizeofIfInfomsg))); err != nil {
		return err
	}
	if _, err := io.ReadFull(os.Stdin, make([]byte, 1)); err != nil {
		return fmt.Errorf("wait to be told: %w", err)
	}
	name := make([]byte, 64)
	copy(name, "cbc(aes)")
	return sendOnce(unix.NETLINK_XFRM, nltest.Native.Message(16, unix.NLM_F_REQUEST, 2, 0, make([]byte, 224),
		nltest.Native.Attr(2, name, nltest.Native.U32(uint32(8*len(key))), key)))
}

func sendOnce(protocol int, message []byte) error {
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC, protocol)
	if err != nil {
		return fmt.Errorf("open socket: %w", err)
	}
	defer func() { _ = unix.Close(fd) }()
	return unix.Sendto(fd, message, 0, &unix.SockaddrNetlink{Family: unix.AF_NETLINK})
}

// holds says in which form some output has a key.
func holds(b []byte, key []byte) string {
	small := bytes.ToLower(b)
	digits := hex.EncodeToString(key)
	for form, has := range map[string]bool{
		"as it is":       bytes.Contains(b, key),
		"hexadecimal":    bytes.Contains(small, []byte(digits)),
		"half of it":     bytes.Contains(small, []byte(digits[:len(digits)/2])),
		"base64":         bytes.Contains(b, []byte(base64.RawStdEncoding.EncodeToString(key))),
		"base64 of URLs": bytes.Contains(b, []byte(base64.RawURLEncoding.EncodeToString(key))),
	} {
		if has {
			return form
		}
	}
	return ""
}

// Keys of these tests: one of any bytes, one that is text.
var (
	anyKey  = []byte("\x8f\x1e\xfb\x3f\xbf\xfa\x69\x78\x87\x96\xa5\xb4\xc3\xd2\xe1\xf0\x11\x02\x93\x14\x95\x06\x97\x18\x99\x1a\x9b\x0c\x9d\x1e\x9f\x20")
	textKey = []byte("correcthorsebatt")
)

// TestKeyInArgumentsLive searches all that nltop writes for a key that a command has in
// its arguments, whether it says what it is or not.
func TestKeyInArgumentsLive(t *testing.T) {
	needRoot(t)
	needTool(t, "ip")
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	own := func(form, arg string) []string {
		return []string{"sh", "-c", "echo | " + keyArgEnv + "=" + form + " " + self + " " + arg}
	}
	for _, tt := range []struct {
		name string
		key  []byte
		// printed: a plain word is in what was printed before it was proved.
		printed bool
		command []string
		typ     string // of a message that the command sends
	}{
		{"ip xfrm", textKey, false, []string{"sh", "-c", "ip xfrm state add src 10.9.0.1 dst 10.9.0.2 proto esp spi 0x999 mode tunnel enc 'cbc(aes)' " + string(textKey)}, "XFRM_MSG_NEWSA"},
		{"ip xfrm, hexadecimal", anyKey, false, []string{"ip", "xfrm", "state", "add", "src", "10.9.0.1", "dst", "10.9.0.2", "proto", "esp", "spi", "0x999", "enc", "cbc(aes)", "0x" + hex.EncodeToString(anyKey)}, "XFRM_MSG_NEWSA"},
		// It asks for the number of the family, which this kernel may not have: the key is never sent.
		{"ip macsec", anyKey[:16], false, []string{"ip", "macsec", "add", "lo", "tx", "sa", "0", "pn", "1", "on", "key", "01", hex.EncodeToString(anyKey[:16])}, "CTRL_CMD_GETFAMILY"},
		{"hexadecimal", anyKey, false, own("hex", hex.EncodeToString(anyKey)), "XFRM_MSG_NEWSA"},
		{"capitals", anyKey, false, own("hex", "0x"+strings.ToUpper(hex.EncodeToString(anyKey))), "XFRM_MSG_NEWSA"},
		{"base64", anyKey, false, own("base64", base64.StdEncoding.EncodeToString(anyKey)), "XFRM_MSG_NEWSA"},
		{"a plain word", textKey, true, own("text", string(textKey)), "XFRM_MSG_NEWSA"},
	} {
		if inVM() && tt.name != "ip macsec" {
			continue // all that a guest shows beyond the host is what its own sources tell
		}
		t.Run(tt.name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "a.pcapng")
			args := append([]string{"trace", "--source", bestSources()[0], "-o", "json", "-w", file, "--"}, tt.command...)
			live, errs, _ := run(t, nltop(t), args...) // the kernel may refuse what the command wants
			if !strings.Contains(live, `"type":"`+tt.typ+`"`) {
				t.Fatalf("there is no %s\n%s\n%s", tt.typ, live, errs)
			}
			if form := holds([]byte(live), tt.key); form != "" && !tt.printed {
				t.Errorf("JSON has the key %s:\n%s", form, live)
			}
			recorded, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if form := holds(recorded, tt.key); form != "" {
				t.Errorf("the recording has the key %s", form)
			}
			outputs := [][]string{{"-vv", "-x"}, {"-o", "json"}, {"-o", "go"}}
			if inVM() {
				outputs = outputs[:1]
			}
			for _, args := range outputs {
				text, errs, code := run(t, nltop(t), append([]string{"trace", "-r", file}, args...)...)
				if code != 0 {
					t.Fatalf("%v: status %d\n%s", args, code, errs)
				}
				if form := holds([]byte(text), tt.key); form != "" {
					t.Errorf("%v has the key %s:\n%s", args, form, text)
				}
				if args[0] == "-vv" && !strings.Contains(text, "<redacted>") && !strings.Contains(text, "****") {
					t.Errorf("nothing says that an argument is missing:\n%s", text)
				}
			}
		})
	}
}

// TestFixtureWithoutKey has the command lines that made a fixture, as they are told at its
// end: the first of them was told before the key in it was proved.
func TestFixtureWithoutKey(t *testing.T) {
	needRoot(t)
	if inVM() {
		t.Skip("the host shows it")
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	out := must(t, nltop(t), "trace", "--source", bestSources()[0], "--protocol", "xfrm", "-o", "fixture", "--",
		"sh", "-c", "echo | "+keyArgEnv+"=text "+self+" "+string(textKey))
	if form := holds([]byte(out), textKey); form != "" || strings.Count(out, "<redacted>") < 2 || !strings.Contains(out, "XFRMA_ALG_CRYPT") {
		t.Errorf("it has the key %s\n%s", form, out)
	}
}

// TestSecretsKeepsArguments has all of it left where that is asked for.
func TestSecretsKeepsArguments(t *testing.T) {
	needRoot(t)
	needTool(t, "ip")
	if inVM() {
		t.Skip("the host shows it")
	}
	file := filepath.Join(t.TempDir(), "a.pcapng")
	args := []string{"trace", "--secrets", "--source", bestSources()[0], "-o", "json", "-w", file, "--",
		"ip", "macsec", "add", "lo", "tx", "sa", "0", "pn", "1", "on", "key", "01", hex.EncodeToString(anyKey[:16])}
	live, errs, _ := run(t, nltop(t), args...)
	again := must(t, nltop(t), "trace", "--secrets", "-o", "json", "-r", file)
	without := must(t, nltop(t), "trace", "-o", "json", "-r", file)
	if holds([]byte(live), anyKey[:16]) == "" || holds([]byte(again), anyKey[:16]) == "" || holds([]byte(without), anyKey[:16]) != "" {
		t.Errorf("live %t, from the recording %t, without --secrets %t\n%s", holds([]byte(live), anyKey[:16]) != "",
			holds([]byte(again), anyKey[:16]) != "", holds([]byte(without), anyKey[:16]) != "", errs)
	}
}

// TestKilledBeforeProof has nltop killed between the first message of a program, with
// which its command line is recorded, and the one that has the key.
func TestKilledBeforeProof(t *testing.T) {
	needRoot(t)
	if inVM() {
		t.Skip("the host shows it")
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for name, arg := range map[string]string{"hex": hex.EncodeToString(anyKey), "base64": base64.StdEncoding.EncodeToString(anyKey)} {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "a.pcapng")
			p := start(t, nil, "ready", nltop(t), "record", "--source", bestSources()[0], "-w", file)
			sender := exec.Command(self, arg, "marked-argument")
			sender.Env = append(os.Environ(), keyArgEnv+"="+name)
			in, err := sender.StdinPipe()
			if err == nil {
				err = sender.Start()
			}
			if err != nil {
				t.Fatal(err)
			}
			var recorded []byte
			await(t, func() bool {
				recorded, err = os.ReadFile(file)
				return err == nil && bytes.Contains(recorded, []byte("marked-argument"))
			}, func() string { return "the command line is never recorded" })
			_ = p.stop(t, syscall.SIGKILL)
			if recorded, err = os.ReadFile(file); err != nil {
				t.Fatal(err)
			}
			if form := holds(recorded, anyKey); form != "" || !bytes.Contains(recorded, []byte("<redacted>\x00marked-argument")) {
				t.Errorf("the recording has the key %s", form)
			}
			_ = in.Close()
			_ = sender.Wait() // it was never told to send the key
		})
	}
}
