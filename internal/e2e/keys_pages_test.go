// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"encoding/base64"
	"strings"
)

// scenarios are what keys do, by the pages of docs/keys.md and what the help says there.
var scenarios = map[string]map[string][]scenario{
	"Home":                       homeKeys,
	"Messages":                   messagesKeys,
	"A message":                  messageKeys,
	"The bytes of a message":     bytesKeys,
	"Exchanges":                  exchangesKeys,
	"A story":                    storyKeys,
	"Latency":                    latencyKeys,
	"Sockets":                    socketsKeys,
	"Who changed it":             {"open what the line speaks of": {{from: "/ d e l e t e d Space b y Enter N", shows: "› RTM_DELLINK  |→ request  ip[345]"}}},
	"Incidents":                  incidentsKeys,
	"An incident":                {"open what the line speaks of": {{from: "End", shows: "› sockets|OWNER"}}},
	"rtnl_mutex":                 locksKeys,
	"Long holds and waits":       reportsKeys,
	"Families":                   familiesKeys,
	"Losses and notes":           {"open what the line speaks of": {{from: "/ r o w s Enter", shows: "trouble first"}}},
	"Columns":                    columnsKeys,
	"Copy":                       copyKeys,
	"Panes":                      panesKeys,
	"A pane on the whole screen": {"back beside the other panes": {{shows: "─ message: "}}},
	"The timeline":               timelineKeys,
	typedLine:                    lineKeys,
}

var messagesKeys = map[string][]scenario{
	"open the message: decoded, beside its bytes": {{shows: "› RTM_NEWNEIGH|nlmsg_len 76|0000  4c 00 00 00"}},
	"search for a text in the lines: message, process, type, result": {
		{more: "o v e r r u n Enter", row: "overrun", shows: "/overrun (n below, N above)"},
		{more: "i p [ 2 2 7 ] Enter", row: "ip[227]"},
	},
	"the next line below that has it": {{from: "/ n e w r o u t e Enter Home", row: "RTM_NEWROUTE", shows: " 2 of 25"}},
	"the next line above that has it": {{from: "/ l a d d r Enter End", row: "RTM_NEWNEIGH", shows: " 23 of 25"}},
	"go to a time (12:03:04) or to a message by its number": {
		{more: "1 9 : 4 1 : 4 5 Enter", row: "19:41:45.073"},
		{more: "3 Enter", shows: " 3 of 25"},
	},
	"choose the columns": {{shows: "› columns|Columns of messages"}},
	"to its answer, or to the request that it answers": {
		{from: "1 Home Down m End", shows: "› RTM_DELLINK  |→ request"},
	},
	"up to its cause: the request that made the kernel send it":                     {{shows: "› RTM_NEWNEIGH  |→ request|ip[261]"}},
	"down to the events that it caused":                                             {{from: "1 Home Down m t 1 7 1 3 Enter", shows: "› RTM_DELROUTE  |« event|caused by ip[343]"}},
	"the story of its exchange: the request, its answers, its events, who got them": {{from: "1 Home Down m End", shows: "› ip[346] RTM_DELLINK|Request|Answer|Events it caused"}},
}

// msg leads to the line of an error that unfolds.
const msg = "Home Down Down Down Down Down Down "

var messageKeys = map[string][]scenario{
	"fold what a line contains, or unfold it": {
		{from: msg, shows: "▸ msg", hides: "ifi_family"},
		{from: msg + "e", shows: "▾ msg|ifi_family"},
	},
	"unfold, then go into it":        {{from: msg + "e", shows: "▾ msg"}, {from: msg, row: "nlmsg_len 56"}},
	"fold, then go to what it is in": {{from: msg, shows: "▸ msg"}, {from: "End", row: "▾ IFLA_LINKINFO"}},
	"fold all, or unfold all":        {{shows: "▸ msg", hides: "ifi_family"}, {from: "e", shows: "▾ msg|ifi_family"}},
	"to the bytes, where the arrows go byte by byte": {
		{shows: "offset 68 of 76: 0x62, value", check: func(k *keyboard) {
			k.press("Right")
			k.sees("offset 69 of 76: 0x72, value")
		}},
	},
	"the next message of the list":                     {{from: ",", shows: "› NLMSG_ERROR  |← reply"}},
	"the message before":                               {{shows: "› RTM_NEWLINK  |→ request"}},
	"to its answer, or to the request that it answers": {{shows: "› RTM_NEWLINK  |→ request"}, {from: "a", shows: "← reply"}},
	"up to its cause: the request that made the kernel send it": {
		{from: "1 Home m End Enter", shows: "ip[261]|→ request"},
	},
	"down to the events that it caused": {
		{from: "1 Home Down m t 1 7 1 3 Enter Enter", shows: "« event|caused by ip[343]"},
	},
	"the story of its exchange: the request, its answers, its events, who got them": {{shows: "› ip[327] RTM_NEWLINK| Request\n| Answer\n|EEXIST"}},
}

var bytesKeys = map[string][]scenario{
	"a byte back":         {{shows: "offset 67 of 76: 0x00, header"}},
	"a byte on":           {{shows: "offset 69 of 76: 0x72, value"}},
	"a row of bytes up":   {{shows: "offset 52 of 76"}},
	"a row of bytes down": {{from: "Up", shows: "offset 68 of 76"}},
	"back to the tree":    {{shows: "offset 68, length 6", hides: " of 76"}},
}

var exchangesKeys = map[string][]scenario{
	"open the story: request, answers, events, who got and who lost them": {
		{from: "Down Down Down Down Down Down", shows: "› ip[343] RTM_DELROUTE| Request\n| Answer\n|Events it caused: 1|got by ip[218]"},
		{from: "t 1 9 : 4 1 : 4 8 . 0 7 Enter", shows: "› ip[254] RTM_NEWROUTE|lost by python3[219]|got by ip[218]"},
	},
	"unfold what it consists of: requests, answers, events": {
		{from: "Down Down Down Down Down Down", shows: "▾19:42:17.582|      acknowledged  NLMSG_ERROR|    Events it caused: 1"},
	},
	"fold it again":                         {{from: "Down Down Down Down Down Down Right", shows: "▸19:42:17.582", hides: "acknowledged"}},
	"to the next later one that went wrong": {{from: "End", row: "19:41:45.125"}},
	"to the next earlier one that went wrong: failed, unanswered, interrupted, lost": {{row: "ENETUNREACH"}},
	"search for a text in the lines: process, outcome, request and the other columns": {
		{more: "c o n n t r a c k Enter", row: "conntrack["},
	},
	"the next line below that has it": {{from: "/ a d d Space t 3 9 Enter Home", row: "add t39"}},
	"the next line above that has it": {{from: "/ a d d Space t 3 9 Enter End", row: "add t39"}},
	"only those that went wrong, or all": {
		{shows: "only what failed, got no answer, was interrupted or lost|ENODEV", hides: " acked "},
		{from: "E", shows: " acked "},
	},
	"go to a time (12:03:04)":   {{more: "1 9 : 4 1 : 4 5 Enter", row: "19:41:45."}},
	"sort by the next column":   {{shows: "sorted by PROCESS|▼PROCESS", undo: "S"}},
	"sort by the column before": {{shows: "sorted by REQUEST|▼REQUEST", undo: "s"}},
	"reverse the order":         {{row: "19:41:3", undo: "r"}},
	"choose the columns":        {{shows: "› columns|Columns of exchanges"}},
}

var storyKeys = map[string][]scenario{
	"open what the line speaks of, or unfold it": {
		{from: "Home Down", shows: "nlmsg_type 16 (RTM_NEWLINK)"},
		{from: dump, shows: "▾ 11 × RTM_NEWROUTE"},
	},
	"unfold the line":                   {{from: dump, shows: "▾ 11 × RTM_NEWROUTE"}},
	"fold it again":                     {{from: dump + " Right", shows: "▸ 11 × RTM_NEWROUTE", hides: "▾"}},
	"messages of the process":           {{shows: "› messages of ip[222]"}},
	"the story of the next in the list": {{shows: "› exchanges › ", hides: "ip[222] RTM_NEWLINK"}},
	"of the one before":                 {{from: ".", shows: "› exchanges › ip[222] RTM_NEWLINK"}},
}

// dump leads to the answers to one.
const dump = "1 x / t a b l e Space a l l Enter Enter Home Down Down Down"

var latencyKeys = map[string][]scenario{
	"open the exchanges of the cell, or of the whole column": {
		{shows: "› exchanges|ip link delete vx0"},
		{from: "Up", shows: "› exchanges", hides: "ip link delete vx0"},
	},
	"to an earlier time": {{shows: "19:42:14, 2s"}},
	"to a later time":    {{from: "Left Left", shows: "19:42:14, 2s"}},
	"from the column to its longest latencies, or to longer ones": {{shows: "1 request ended that took 100 ms-300 ms"}},
	"to the shortest latencies of the column, or to shorter ones": {{shows: " that took 10.0 us-30.0 us"}},
	"to the earliest time":         {{shows: "19:38:"}},
	"to now, and the whole column": {{from: "Left Left Up", shows: "19:42:16, 2s|136 requests ended"}},
	"the row, or all":              {{shows: "Latency of all"}, {from: "Tab", shows: "Latency of ip ×65"}},
}

var socketsKeys = map[string][]scenario{
	"open the last messages of the socket, or unfold the process": {
		{shows: "› messages of python3[219]"},
		{from: "Down Down", shows: "▾"},
	},
	"unfold the row, or fold it":             {{from: "Down Down", shows: "▾"}, {from: "Down Down Right", hides: "▾"}},
	"unfold the row":                         {{from: "Down Down", shows: "▾"}},
	"fold it, from wherever below it":        {{from: "Down Down Right Down", hides: "▾"}},
	"unfold all, or fold them":               {{shows: "▾", hides: "▸"}, {from: "e", shows: "▸", hides: "▾"}},
	"by process, by name, or each by itself": {{shows: "by name", undo: "B"}, {from: "b", shows: "each by itself", undo: "b"}},
	"the same, the other way round":          {{shows: "each by itself", undo: "b"}},
	"open the last messages of the process, or of the socket": {
		{from: "Down Down", shows: "› messages of ip[264]"},
		{shows: "› messages of python3[219]"},
	},
	"sort by the next column":   {{shows: "sorted by DROPS|▼DROPS", undo: "S"}},
	"sort by the column before": {{shows: "sorted by OWNER|▼OWNER", undo: "s"}},
	"reverse the order":         {{from: "s", shows: "▲DROPS", undo: "r S"}},
	"choose the columns":        {{shows: "› columns|Columns of sockets"}},
}

var incidentsKeys = map[string][]scenario{
	"open the whole story of the overrun":  {{shows: "› incident |what: |sent by: |advice: "}},
	"open the last messages of the socket": {{shows: "› messages of python3[219]"}},
	"sort by the next column":              {{shows: "sorted by BEGAN|▼BEGAN", undo: "S"}},
	"sort by the column before":            {{shows: "▼", undo: "s"}},
	"reverse the order":                    {{from: "s", shows: "▲BEGAN|1 RTM_DELNEIGH\n 19:41:45.073", undo: "r S"}},
	"choose the columns":                   {{shows: "› columns|Columns of incidents"}},
}

var locksKeys = map[string][]scenario{
	"the long holds and waits of this process, and the waits behind it": {{shows: "› long holds and waits of ip[339]", hides: "ip[346]"}},
	"the last long holds and waits, of all":                             {{shows: "› long holds and waits  |ip[346]|ip[218]"}},
	"sort by the next column":                                           {{shows: "sorted by BLAMED|▼BLAMED", undo: "S"}},
	"sort by the column before":                                         {{shows: "sorted by REQUEST|▼REQUEST", undo: "s"}},
	"reverse the order":                                                 {{from: "s s", shows: "▲HELD|(no request)\n        ·   69.0 ms", undo: "r S S"}},
	"choose the columns":                                                {{shows: "› columns|Columns of rtnl"}},
}

var reportsKeys = map[string][]scenario{
	"open the messages of the process from that time on": {{shows: "› messages of ip[346]"}},
	"sort by the next column":                            {{shows: "sorted by TIME|▼TIME", undo: "S"}},
	"sort by the column before":                          {{shows: "sorted by REQUEST|▼REQUEST", undo: "s"}},
	"reverse the order":                                  {{from: "s", shows: "▲TIME", row: "19:41:", undo: "r S"}},
	"choose the columns":                                 {{shows: "› columns|Columns of long holds and waits"}},
}

var familiesKeys = map[string][]scenario{
	"open the messages of the family": {{from: "End", shows: "› messages of ctnetlink|6 of 6"}},
	"sort by the next column":         {{shows: "sorted by FAMILY|▼FAMILY", row: "ctnetlink", undo: "S"}},
	"sort by the column before":       {{shows: "sorted by LISTENERS|▼LISTENERS", undo: "s"}},
	"reverse the order":               {{row: "ctnetlink", undo: "r"}},
	"choose the columns":              {{shows: "› columns|Columns of families"}},
}

var columnsKeys = map[string][]scenario{
	"show the column, or hide it": {
		{from: "Down Down", shows: "[ ] TREND", check: func(k *keyboard) {
			k.press("Esc")
			k.until(func() bool { return k.has("trouble first") && !k.has("TREND") }, func() string { return "TREND stays" })
		}, undo: "C Down Down Space"},
		{from: "End", shows: "[x] LAST", undo: "Space"},
	},
	"move it to the left":                  {{from: "Down", shows: "[x] PID\n  [x] NETNS", undo: ">"}},
	"move it to the right":                 {{shows: "[x] PID\n  [x] NETNS", undo: "<"}},
	"the columns as they are at the start": {{from: "Down Space", shows: "columns: as at the start|PID"}},
	"the set of times: latency and its quantiles, time in the kernel": {{shows: "columns: times first|LATENCY|P50", undo: "C d"}},
	"the set of places: namespace, unit, container":                   {{shows: "columns: places first|UNIT", undo: "C d"}},
}

// copied looks for the sequence that hands a text that begins like this to the terminal.
func copied(begins string) func(k *keyboard) {
	return func(k *keyboard) {
		k.t.Helper()
		const head = "\x1b]52;c;"
		out := k.output()
		out, _, _ = strings.Cut(out[strings.LastIndex(out, head)+len(head):], "\a")
		out, _, _ = strings.Cut(out, "\x1b")
		text, err := base64.StdEncoding.DecodeString(out)
		if err != nil || !strings.HasPrefix(string(text), begins) {
			k.t.Errorf("the terminal got %q (%v), which does not begin with %q", text, err, begins)
		}
	}
}

var copyKeys = map[string][]scenario{
	"copy this form":           {{from: "Down Down", shows: "copied as hex: ", check: copied("# event route RTM_NEWNEIGH, 76 bytes python3[219]\n4c0000001c000000")}},
	"show this form on a page": {{from: "End", shows: "› filter|about"}},
	"copy as Go":               {{shows: "copied as Go: ", check: copied("// event route RTM_NEWNEIGH")}},
	"copy as C":                {{shows: "copied as C: ", check: copied("/* event route RTM_NEWNEIGH")}},
	"copy as hex":              {{shows: "copied as hex: ", check: copied("# event route RTM_NEWNEIGH, 76 bytes python3[219]\n4c0000001c000000")}},
	"copy as command":          {{shows: "copied as command: ", check: copied("192.0.2.6")}},
	"copy as JSON":             {{shows: "copied as JSON: ", check: copied(`{"time":`)}},
	"copy as filter":           {{shows: "copied as filter: ", check: copied(`about`)}},
}

var panesKeys = map[string][]scenario{
	"to the next pane: home, messages, message, its bytes": {
		{from: "Home", row: "RTM_NEWNEIGH", check: func(k *keyboard) {
			k.press("Tab")
			k.until(func() bool { return strings.Contains(k.row(), "nlmsg_len") }, func() string { return "no line of the message" })
			k.press("Tab")
			k.sees("offset 0 of 76: ")
		}, undo: "Tab"},
	},
	"to the pane before":                      {{from: "Home", row: "nlmsg_len 76"}, {from: "Home Tab Tab", row: "RTM_NEWNEIGH"}},
	"this pane on the whole screen, and back": {{hides: "─ message: ", undo: `\`}, {from: `\`, shows: "─ message: "}},
}

var timelineKeys = map[string][]scenario{
	"earlier, by a column": {{shows: " at 19:42:17.579", undo: "End T"}},
	"later, by a column":   {{from: "Left Left", shows: " at 19:42:17.579", undo: "End T"}},
	"play from here as it was recorded, or stop": {
		{from: "Home", shows: " playing 19:41:", undo: "End T"},
		{from: "Home Space", hides: " playing ", undo: "End T"},
	},
	"to the first message": {{shows: " at 19:41:3", undo: "End T"}},
	"back to now":          {{from: "Home", hides: " at 19:41:3", undo: "End T"}},
	"leave the timeline; the time stays": {
		{from: "Left", shows: " at 19:42:17.579|⏎ open", undo: toNow},
	},
	"leave the timeline, back to now": {{from: "Left", shows: "⏎ open", hides: " at 19:42:17"}},
}

// abc types a filter that is a word and two others.
const abc = "e r r o r Space > Space 1"

var lineKeys = map[string][]scenario{
	"take the line, or of a list what is marked": {
		{from: abc, shows: "namespaces  filter: error > 1", undo: "f Ctrl-U Enter"},
		{from: "Esc : i n c i d Space w h o", shows: "› incidents"},
	},
	"leave the line: all is as it was before": {
		{from: abc, hides: "filter: "},
	},
	"complete what is typed; in a list the next below": {
		{from: "p i", shows: "filter: proc.pid", undo: "Esc"},
		{from: "Esc : g r o u p Space b y", row: "group by the one before", undo: "Esc"},
	},
	"in what can be chosen: the next below": {{from: "p i", row: "proc.parent.pid", undo: "Esc"}},
	"in what can be chosen: the next above": {{from: "p i Ctrl-N", row: "\nproc.pid", undo: "Esc"}},
	"the line that was typed before; in a list the next above": {
		{from: abc + " Enter f Ctrl-U Enter f", shows: "filter: error > 1", undo: "Esc"},
		{from: "Esc : g r o u p Space b y Tab", row: "group by the next of", undo: "Esc"},
	},
	"the line that was typed after it; in a list the next below": {
		{from: "f Up", hides: "filter: error > 1", shows: "filter: f", undo: "Esc"},
		{from: "Esc : g r o u p Space b y", row: "group by the one before", undo: "Esc"},
	},
	"a character back":                       {{from: abc, shows: "filter: error > x1", more: "x", undo: "Esc"}},
	"a character on":                         {{from: abc + " Home", shows: "filter: exrror > 1", more: "x", undo: "Esc"}},
	"to the start of the line":               {{from: abc, shows: "filter: xerror > 1", more: "x", undo: "Esc"}},
	"to the end of the line":                 {{from: abc + " Home", shows: "filter: error > 1x", more: "x", undo: "Esc"}},
	"delete the character before the cursor": {{from: abc, shows: "filter: error > 2", more: "2", undo: "Esc"}},
	"delete the character under the cursor":  {{from: abc + " Home", shows: "filter: rror > 1", undo: "Esc"}},
	"delete the word before the cursor":      {{from: abc + " Space = =", shows: "filter: error > 1 x", more: "x", undo: "Esc"}},
	"delete all before the cursor":           {{from: abc, shows: "filter: x", more: "x", undo: "Esc"}},
}
