@rem npm start begins with exec, so that no shell stands between npm and the runtime and keeps a signal for itself.
@rem cmd.exe knows no exec and finds this one, since npm runs scripts in this folder.
@%*
