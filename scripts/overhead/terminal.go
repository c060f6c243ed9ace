// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// What tcell writes around each drawing on terminals that are like xterm, and where the
// cursor is shown: in a prompt alone.
var (
	frameEnds  = []byte("\x1b[?2026l")
	cursorSeen = []byte("\x1b[?25h")
)

// terminal is a pseudo-terminal with the view in it, whose drawings are counted and not
// looked at.
type terminal struct {
	master *os.File
	cmd    *exec.Cmd
	done   chan error

	mu      sync.Mutex
	frames  int
	bytes   int
	screen  *screen
	prompts chan time.Time // drawings that show the cursor
}

// openTerminal starts a program in a terminal of so many columns and lines.
func openTerminal(argv []string, columns, lines uint16, env ...string) (*terminal, error) {
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		return nil, fmt.Errorf("open terminal: %w", err)
	}
	slave, err := slaveOf(master, columns, lines)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open terminal: %w", err), master.Close())
	}
	defer slave.Close()
	t := &terminal{master: master, done: make(chan error, 1), screen: newScreen(int(columns), int(lines)), prompts: make(chan time.Time, 16)}
	t.cmd = exec.Command(argv[0], argv[1:]...)
	t.cmd.Stdin, t.cmd.Stdout, t.cmd.Stderr = slave, slave, slave
	t.cmd.Env = append(os.Environ(), append([]string{"TERM=xterm-256color", "LC_ALL=C.UTF-8"}, env...)...)
	t.cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := t.cmd.Start(); err != nil {
		return nil, errors.Join(fmt.Errorf("start view: %w", err), master.Close())
	}
	read := make(chan struct{})
	go func() { defer close(read); t.read() }()
	go func() {
		err := t.cmd.Wait()
		<-read // what it said last
		t.done <- err
	}()
	return t, nil
}

func slaveOf(master *os.File, columns, lines uint16) (*os.File, error) {
	n, err := unix.IoctlGetInt(int(master.Fd()), unix.TIOCGPTN)
	if err != nil {
		return nil, err
	}
	if err := unix.IoctlSetPointerInt(int(master.Fd()), unix.TIOCSPTLCK, 0); err != nil {
		return nil, err
	}
	slave, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		return nil, err
	}
	if err := unix.IoctlSetWinsize(int(slave.Fd()), unix.TIOCSWINSZ, &unix.Winsize{Row: lines, Col: columns}); err != nil {
		return nil, errors.Join(err, slave.Close())
	}
	return slave, nil
}

// read takes what the program writes until it has ended.
func (t *terminal) read() {
	buf := make([]byte, 64<<10)
	var frame []byte // what has come of it
	for {
		n, err := t.master.Read(buf)
		now := time.Now()
		t.mu.Lock()
		t.bytes += n
		for frame = append(frame, buf[:n]...); ; {
			drawn, rest, ok := bytes.Cut(frame, frameEnds)
			if !ok {
				break
			}
			t.frames++
			t.screen.draw(drawn)
			if bytes.Contains(drawn, cursorSeen) {
				select {
				case t.prompts <- now:
				default: // nobody waits
				}
			}
			frame = bytes.Clone(rest)
		}
		t.mu.Unlock()
		if err != nil { // EIO: nobody has it open any more
			return
		}
	}
}

// wrote is how many drawings and bytes there were so far.
func (t *terminal) wrote() (frames, bytes int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.frames, t.bytes
}

func (t *terminal) press(keys string) error {
	if _, err := t.master.WriteString(keys); err != nil {
		return fmt.Errorf("press keys: %w", err)
	}
	return nil
}

// shows is what stands on the screen.
func (t *terminal) shows() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.screen.text()
}

// await waits until the screen has a text.
func (t *terminal) await(text string) error {
	for range 1200 {
		if strings.Contains(t.shows(), text) {
			return nil
		}
		select {
		case err := <-t.done:
			t.done <- err
			return fmt.Errorf("the view ended: %w:\n%s", err, t.shows())
		case <-time.After(100 * time.Millisecond):
		}
	}
	return fmt.Errorf("the view does not show %q after two minutes:\n%s", text, t.shows())
}

// answers presses a key that opens a prompt, and one that closes it, until it is told to
// stop, and returns how long each prompt took to be drawn.
func (t *terminal) answers(stop <-chan struct{}) (took []time.Duration, err error) {
	wait := func(d time.Duration) bool {
		select {
		case <-stop:
			return false
		case <-time.After(d):
			return true
		}
	}
	// No multiple of the time between drawings, so that keys fall anywhere between.
	for wait(170 * time.Millisecond) {
		for len(t.prompts) > 0 {
			<-t.prompts
		}
		at := time.Now()
		if err := t.press("/"); err != nil {
			return nil, err
		}
		select {
		case drawn := <-t.prompts:
			took = append(took, drawn.Sub(at))
		case <-time.After(10 * time.Second):
			return nil, errors.New("a key was not answered for ten seconds")
		}
		more := wait(60 * time.Millisecond)
		if err := t.press("\x1b"); err != nil {
			return nil, err
		}
		if !more {
			break
		}
	}
	return took, nil
}

// stop interrupts the program.
func (t *terminal) stop() error {
	if err := t.cmd.Process.Signal(syscall.SIGINT); err != nil {
		return fmt.Errorf("end view: %w", err)
	}
	timer := time.AfterFunc(2*time.Minute, func() { _ = t.cmd.Process.Kill() })
	defer timer.Stop()
	err := <-t.done
	t.done <- err
	if err != nil {
		return fmt.Errorf("end view: %w", err)
	}
	return nil
}

// close ends what stop did not.
func (t *terminal) close() {
	_ = t.cmd.Process.Kill()
	<-t.done
	_ = t.master.Close()
}
