# netns: host
# auditd makes itself the kernel's audit daemon; auditctl adds a watch and takes it away.
mkdir -p log
cat >auditd.conf <<-CONF
	local_events = yes
	write_logs = yes
	log_file = $PWD/log/audit.log
	log_group = root
	log_format = RAW
	flush = none
	max_log_file = 1
	max_log_file_action = ignore
	space_left = 2
	space_left_action = ignore
	admin_space_left = 1
	admin_space_left_action = ignore
	disk_full_action = ignore
	disk_error_action = ignore
CONF
mkdir -p conf && mv auditd.conf conf/ && chmod 640 conf/auditd.conf
daemon auditd -n -c "$PWD/conf"
await sh -c 'auditctl -s | grep "^pid [1-9]"'
auditctl -w /etc/hostname -p wa -k lab
touch /etc/hostname
await grep -q key=.lab "$PWD/log/audit.log"
auditctl -W /etc/hostname -p wa -k lab
auditctl -e 0 >&2 # or the console has the next runs
finish
