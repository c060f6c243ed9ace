// SPDX-License-Identifier: Apache-2.0

package families

import "github.com/nltop/nltop/internal/decode/schema"

// Wireless events, which travel in IFLA_WIRELESS: linux/wireless.h,
// net/wireless/wext-core.c (wireless_send_event). They are what nl80211
// replaced; cfg80211 still sends them.

// iwEvent is struct iw_event as 64-bit kernels send it: a union of ioctl
// arguments at the next multiple of eight. Where the union has a pointer, the
// kernel leaves the pointer out and appends what it points to.
//
//	struct iw_event { __u16 len; __u16 cmd; union iwreq_data u; };
func iwEvent() *schema.StructType {
	return atLeast(4, record("iw_event",
		field("len", hinted(u16, schema.Bytes)),
		field("cmd", named(u16, iwCommand)),
		padding("", 4),
		field("u", by("cmd", opaque, iwData()))))
}

func iwData() map[string]schema.Type {
	param := structOf(record("iw_param", field("value", s32), field("fixed", u8), field("disabled", u8), field("flags", hex16)))
	freq := structOf(record("iw_freq", field("m", s32), field("e", tcS16), field("i", u8), // m times 10^e Hz, or a channel
		field("flags", named(u8, enum("flags", 0, "IW_FREQ_AUTO", "IW_FREQ_FIXED"))), padding("", 8)))
	quality := record("iw_quality", field("qual", u8), field("level", u8), field("noise", u8), field("updated", named(u8, iwQuality)))
	addr := structOf(iwAddr())
	point := func(t schema.Type) schema.Type { // struct iw_point without its pointer
		return structOf(record("iw_point", field("length", hinted(u16, schema.Bytes)), field("flags", hex16), padding("", 4),
			field("data", t)))
	}
	mode := structOf(record("mode", field("mode", named(u32, iwMode)), padding("", 12)))
	mic := structOf(record("iw_michaelmicfailure", field("flags", named(u32, iwMIC)), field("src_addr", addr), field("tsc", sized(opaque, 8))))
	pmkid := structOf(record("iw_pmkid_cand",
		field("flags", named(u32, masks("flags", val(1, "IW_PMKID_CAND_PREAUTH")))), field("index", u32), field("bssid", addr)))
	spy := structOf(record("iw_thrspy", field("addr", addr), field("qual", structOf(quality)),
		field("low", structOf(quality)), field("high", structOf(quality))))
	return map[string]schema.Type{
		"SIOCGIWNAME": sized(str, 16), "SIOCSIWNWID": param, "SIOCGIWNWID": param, "SIOCSIWFREQ": freq, "SIOCGIWFREQ": freq,
		"SIOCSIWMODE": mode, "SIOCGIWMODE": mode, "SIOCSIWSENS": param, "SIOCGIWSENS": param,
		"SIOCSIWAP": addr, "SIOCGIWAP": addr, "SIOCSIWTHRSPY": point(spy), "SIOCGIWTHRSPY": point(spy),
		"SIOCGIWSCAN": point(opaque), "SIOCSIWESSID": point(str), "SIOCGIWESSID": point(str),
		"SIOCSIWNICKN": point(str), "SIOCGIWNICKN": point(str), "SIOCSIWRATE": param, "SIOCGIWRATE": param,
		"SIOCSIWRTS": param, "SIOCGIWRTS": param, "SIOCSIWFRAG": param, "SIOCGIWFRAG": param,
		"SIOCSIWTXPOW": param, "SIOCGIWTXPOW": param, "SIOCSIWRETRY": param, "SIOCGIWRETRY": param,
		"SIOCSIWENCODE": point(secret(opaque, schema.Key)), "SIOCGIWENCODE": point(secret(opaque, schema.Key)), "SIOCSIWPOWER": param, "SIOCGIWPOWER": param,
		"SIOCSIWGENIE": point(opaque), "SIOCGIWGENIE": point(opaque), "SIOCSIWAUTH": param, "SIOCGIWAUTH": param,
		"IWEVTXDROP": addr, "IWEVQUAL": structOf(quality), "IWEVCUSTOM": point(str),
		"IWEVREGISTERED": addr, "IWEVEXPIRED": addr, "IWEVGENIE": point(opaque), // information elements
		"IWEVMICHAELMICFAILURE": point(mic), "IWEVASSOCREQIE": point(opaque), "IWEVASSOCRESPIE": point(opaque),
		"IWEVPMKIDCAND": point(pmkid),
	}
}

// iwAddr is struct sockaddr with a MAC address; zeros mean that the link to
// the access point is gone.
func iwAddr() *schema.StructType {
	return atLeast(8, record("sockaddr", field("sa_family", named(u16, arphrd)), field("sa_data", sized(hwaddr, 6)), padding("", 8)))
}

var (
	iwMode = enum("mode", 0, "IW_MODE_AUTO", "IW_MODE_ADHOC", "IW_MODE_INFRA", "IW_MODE_MASTER", "IW_MODE_REPEAT",
		"IW_MODE_SECOND", "IW_MODE_MONITOR", "IW_MODE_MESH")
	iwQuality = bits("updated", "IW_QUAL_QUAL_UPDATED", "IW_QUAL_LEVEL_UPDATED", "IW_QUAL_NOISE_UPDATED", "IW_QUAL_DBM",
		"IW_QUAL_QUAL_INVALID", "IW_QUAL_LEVEL_INVALID", "IW_QUAL_NOISE_INVALID", "IW_QUAL_RCPI")
	iwMIC = masks("flags", val(4, "IW_MICFAILURE_GROUP"), val(8, "IW_MICFAILURE_PAIRWISE"), val(16, "IW_MICFAILURE_STAKEY"))

	// iwCommand is SIOC?IW* and IWEV*.
	iwCommand = values("cmd",
		val(0x8b00, "SIOCSIWCOMMIT"), val(0x8b01, "SIOCGIWNAME"), val(0x8b02, "SIOCSIWNWID"), val(0x8b03, "SIOCGIWNWID"),
		val(0x8b04, "SIOCSIWFREQ"), val(0x8b05, "SIOCGIWFREQ"), val(0x8b06, "SIOCSIWMODE"), val(0x8b07, "SIOCGIWMODE"),
		val(0x8b08, "SIOCSIWSENS"), val(0x8b09, "SIOCGIWSENS"), val(0x8b0a, "SIOCSIWRANGE"), val(0x8b0b, "SIOCGIWRANGE"),
		val(0x8b0c, "SIOCSIWPRIV"), val(0x8b0d, "SIOCGIWPRIV"), val(0x8b0e, "SIOCSIWSTATS"), val(0x8b0f, "SIOCGIWSTATS"),
		val(0x8b10, "SIOCSIWSPY"), val(0x8b11, "SIOCGIWSPY"), val(0x8b12, "SIOCSIWTHRSPY"), val(0x8b13, "SIOCGIWTHRSPY"),
		val(0x8b14, "SIOCSIWAP"), val(0x8b15, "SIOCGIWAP"), val(0x8b16, "SIOCSIWMLME"), val(0x8b17, "SIOCGIWAPLIST"),
		val(0x8b18, "SIOCSIWSCAN"), val(0x8b19, "SIOCGIWSCAN"), val(0x8b1a, "SIOCSIWESSID"), val(0x8b1b, "SIOCGIWESSID"),
		val(0x8b1c, "SIOCSIWNICKN"), val(0x8b1d, "SIOCGIWNICKN"), val(0x8b20, "SIOCSIWRATE"), val(0x8b21, "SIOCGIWRATE"),
		val(0x8b22, "SIOCSIWRTS"), val(0x8b23, "SIOCGIWRTS"), val(0x8b24, "SIOCSIWFRAG"), val(0x8b25, "SIOCGIWFRAG"),
		val(0x8b26, "SIOCSIWTXPOW"), val(0x8b27, "SIOCGIWTXPOW"), val(0x8b28, "SIOCSIWRETRY"), val(0x8b29, "SIOCGIWRETRY"),
		val(0x8b2a, "SIOCSIWENCODE"), val(0x8b2b, "SIOCGIWENCODE"), val(0x8b2c, "SIOCSIWPOWER"), val(0x8b2d, "SIOCGIWPOWER"),
		val(0x8b30, "SIOCSIWGENIE"), val(0x8b31, "SIOCGIWGENIE"), val(0x8b32, "SIOCSIWAUTH"), val(0x8b33, "SIOCGIWAUTH"),
		val(0x8b34, "SIOCSIWENCODEEXT"), val(0x8b35, "SIOCGIWENCODEEXT"), val(0x8b36, "SIOCSIWPMKSA"),
		val(0x8c00, "IWEVTXDROP"), val(0x8c01, "IWEVQUAL"), val(0x8c02, "IWEVCUSTOM"), val(0x8c03, "IWEVREGISTERED"),
		val(0x8c04, "IWEVEXPIRED"), val(0x8c05, "IWEVGENIE"), val(0x8c06, "IWEVMICHAELMICFAILURE"),
		val(0x8c07, "IWEVASSOCREQIE"), val(0x8c08, "IWEVASSOCRESPIE"), val(0x8c09, "IWEVPMKIDCAND"))
)
